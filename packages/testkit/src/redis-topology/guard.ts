/** What stands before the servers of a topology that is guarded: TLS that asks for a certificate, and users. */
export interface Guard {
  /** PEM files. The servers use TLS among themselves, too. */
  readonly tls: {
    readonly caFile: string;
    readonly certFile: string;
    readonly keyFile: string;
  };
  /**
   * As a line of an ACL file has them, e.g. `edge on >secret ~sb:* +get`. Beside them there is the default
   * user, whom the tests keep for themselves, at a port without TLS.
   */
  readonly dataUsers: readonly string[];
  readonly sentinelUsers: readonly string[];
}

/** Where others find a server that is guarded, and what it takes there. */
export const tlsArgs = ({ tls }: Guard, port: number): readonly string[] =>
  [
    ['--tls-port', String(port), '--tls-auth-clients', 'yes'],
    ['--tls-ca-cert-file', tls.caFile],
    ['--tls-cert-file', tls.certFile, '--tls-key-file', tls.keyFile],
    ['--tls-replication', 'yes', '--tls-cluster', 'yes'],
  ].flat();

export const userArgs = (users: readonly string[] = []): readonly string[] =>
  users.flatMap((user) => ['--user', ...user.split(' ')]);
