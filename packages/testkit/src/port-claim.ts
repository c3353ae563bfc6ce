/**
 * Claims a TCP port for a process that is about to start. Several launchers may look for ports at the same
 * time; a port that both find free would be used twice (an edge even shares it silently, SO_REUSEPORT). The
 * claim is the UDP port of the same number: exclusive between processes, and gone when its holder dies.
 */
import { createSocket } from 'node:dgram';

export interface PortClaim {
  port: number;
  release(): void;
}

/** The claim, or undefined when another process holds it. */
export const claimPort = (port: number): Promise<PortClaim | undefined> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(undefined));
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
      socket.unref();
      resolve({ port, release: () => socket.close() });
    });
  });
