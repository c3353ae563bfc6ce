/** What a load balancer of `infra/` is to a test. */

export interface Address {
  port: number;
  /** Where it answers `/health/ready`. */
  privatePort: number;
}

/** Three edges and two ingresses on the loopback interface. */
export interface Site {
  edges: readonly [Address, Address, Address];
  ingresses: readonly [Address, Address];
}

export interface Balancer {
  /** Of sockets and calls, `127.0.0.1:<port>`. */
  host: string;
  stop(): Promise<void>;
}

/** Starts the shipped configuration, with the addresses of a site. */
export type StartBalancer = (site: Site) => Promise<Balancer>;
