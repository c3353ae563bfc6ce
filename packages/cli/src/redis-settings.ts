/** How `doctor` and `keys` reach Redis: the same variables as the processes have. */
import { readFile } from 'node:fs/promises';
import { type InspectionOptions, topologyProblem } from '@switchboard/bus';
import { exitCodes } from './exit-codes.ts';
import { Failure } from './failure.ts';
import { type Settings, required } from './settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export async function redisOf(
  settings: Settings,
  env: Environment = process.env,
): Promise<InspectionOptions> {
  const redisUrl = required(settings, 'redisUrl');
  const problem = topologyProblem(redisUrl);
  if (problem) throw new Failure(exitCodes.config, `REDIS_URL ${problem}`);
  const { keyPrefix, partitions } = settings;
  const redisAccess = { tls: await tlsOf(env), sentinel: sentinelOf(env) };
  return { redisUrl, redisAccess, keyPrefix, partitions, onWarning: () => undefined };
}

async function tlsOf(env: Environment) {
  const [ca, cert, key] = await Promise.all(
    ['REDIS_TLS_CA_FILE', 'REDIS_TLS_CERT_FILE', 'REDIS_TLS_KEY_FILE'].map((name) =>
      read(name, env),
    ),
  );
  const servername = env['REDIS_TLS_SERVER_NAME'];
  return {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(servername && { servername }),
  };
}

async function read(name: string, env: Environment): Promise<string | undefined> {
  const path = env[name];
  if (!path) return undefined;
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new Failure(exitCodes.config, `${name}: ${(error as Error).message}`);
  });
}

function sentinelOf(env: Environment) {
  const { REDIS_SENTINEL_USERNAME: username, REDIS_SENTINEL_PASSWORD: password } = env;
  return { ...(username && { username }), ...(password && { password }) };
}
