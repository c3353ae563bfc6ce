/** How a process proves itself to Redis, and Redis to it, beyond what stands in `REDIS_URL`. */
import { file, secret, text } from './variable.ts';

export const redisAccessVariables = {
  REDIS_TLS_CA_FILE: file({
    description: 'certificates (PEM) that Redis is checked against; unset: those of Node',
  }).optional(),
  REDIS_TLS_CERT_FILE: file({
    description: 'certificate (PEM) of this process, for a Redis that asks for one',
  }).optional(),
  REDIS_TLS_KEY_FILE: file({ description: 'its private key (PEM)' }).optional(),
  REDIS_TLS_SERVER_NAME: text({
    description:
      "name in the certificates of Redis, where it is not the URL's host (Sentinels and clusters name addresses)",
  }).optional(),
  REDIS_SENTINEL_USERNAME: text({
    description: 'ACL user at the Sentinels, which know none of the servers they watch',
  }).optional(),
  REDIS_SENTINEL_PASSWORD: secret({ description: 'password at the Sentinels' }).optional(),
};

type Settings = { readonly [Name in keyof typeof redisAccessVariables]?: string | undefined };

export interface RedisAccess {
  readonly tls: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly servername?: string;
  };
  readonly sentinel: { readonly username?: string; readonly password?: string };
}

/** The settings as the bus takes them. */
export const redisAccessOf = (settings: Settings): RedisAccess => ({
  tls: given({
    ca: settings.REDIS_TLS_CA_FILE,
    cert: settings.REDIS_TLS_CERT_FILE,
    key: settings.REDIS_TLS_KEY_FILE,
    servername: settings.REDIS_TLS_SERVER_NAME,
  }),
  sentinel: given({
    username: settings.REDIS_SENTINEL_USERNAME,
    password: settings.REDIS_SENTINEL_PASSWORD,
  }),
});

/** Without what is not set. */
const given = <T extends Record<string, string | undefined>>(
  values: T,
): { [Name in keyof T]?: string } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: string;
  };
