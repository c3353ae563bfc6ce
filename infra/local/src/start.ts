/**
 * `npm start`: a private Redis, edges and an ingress on this machine, until Ctrl-C. It starts and stops
 * processes and prints; what they do is their own business.
 */
import { mintToken, type Cluster } from '@switchboard/testkit';
import { describeSite, type Tokens } from './greeting.ts';
import { parseStartOptions, type StartOptions } from './start-options.ts';
import { reportDeaths } from './deaths.ts';
import { startSite, type Site } from './site.ts';
import { awaitStopRequest } from './stop-request.ts';
import { readyLine } from './ready-line.ts';

const demoChat = 'demo';
const tokenLifeS = 24 * 3600;

/** Everything must be gone 5 s after Ctrl-C. */
const stopTimeoutMs = 4500;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const start = async (
  options: StartOptions,
  stopRequest: AbortSignal,
): Promise<() => Promise<void>> => {
  const site = await startSite(options, { say, stopRequest });
  reportDeaths(site, { say, stopRequest });
  await announce(options, site);
  return site.stop;
};

const announce = async (options: StartOptions, site: Site): Promise<void> => {
  if (options.json) return void process.stdout.write(`${readyLine(site)}\n`);
  process.stdout.write(describeSite(site, await mintTokens(site.cluster)));
};

const mintTokens = async ({ authSecret }: Cluster): Promise<Tokens> => {
  const visitor = { sub: 'visitor-1', role: 'client', name: 'Ada', chat_id: demoChat } as const;
  const operator = { sub: 'operator-1', role: 'operator', name: 'Grace' } as const;
  return {
    chatId: demoChat,
    visitor: await mintToken(authSecret, visitor, tokenLifeS),
    operator: await mintToken(authSecret, operator, tokenLifeS),
  };
};

const main = async (): Promise<number> => {
  const options = parseStartOptions(process.argv.slice(2));
  if ('error' in options) {
    say(options.error);
    return 64;
  }
  const stopRequest = awaitStopRequest(process);
  const starting = start(options, stopRequest.signal);
  const outcome = await Promise.race([starting.then(() => 'ready'), stopRequest.arrived]);
  if (outcome === 'ready') await stopRequest.arrived;
  say('Stopping');
  const stopped = starting.then((stop) => stop());
  await Promise.race([stopped, stopRequest.impatient(stopTimeoutMs)]);
  say('Stopped');
  return 0;
};

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
