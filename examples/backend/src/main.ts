/** An example of a backend that owns conversations; see README.md. */
import { createBackend } from './backend.ts';
import { readSettings } from './settings.ts';

const lookAfterEveryMs = 15_000;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const settings = readSettings(process.env);
const backend = createBackend(settings, { say });
const looking = setInterval(() => void backend.lookAfter(), lookAfterEveryMs);

const stop = async (): Promise<void> => {
  clearInterval(looking);
  await backend.stop();
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());

say(`listening at ${await backend.app.listen({ host: settings.host, port: settings.port })}`);
void backend.lookAfter();
