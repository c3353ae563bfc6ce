/** What this backend has to know, from the environment. */

export interface Settings {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** SQLite's file; `:memory:` keeps nothing. */
  readonly databaseFile: string;
  /** Where the operations are called (`POST /message`), without a slash at the end. */
  readonly ingressUrl: string;
  /** Where browsers connect, `wss://…`. */
  readonly edgeUrls: readonly string[];
  /** For the `Api-Token` header. */
  readonly apiToken: string;
  /** Signs the tokens of visitors and operators. */
  readonly authSecret: string;
  /** Sign the calls of the hooks; several while they are exchanged. */
  readonly hookSecrets: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws with the name of the variable that is missing. */
export const readSettings = (env: Environment): Settings => {
  const required = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === '') throw new Error(`${name} is not set`);
    return value;
  };
  return {
    host: env['HOST'] ?? '127.0.0.1',
    port: Number(env['PORT'] ?? 7300),
    databaseFile: env['DATABASE'] ?? 'backend.sqlite',
    ingressUrl: required('INGRESS_URL').replace(/\/$/u, ''),
    edgeUrls: required('EDGE_URLS').split(','),
    apiToken: required('API_TOKEN'),
    authSecret: required('AUTH_SECRET'),
    hookSecrets: required('HOOK_SECRETS').split(','),
  };
};
