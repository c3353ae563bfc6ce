/** Hands out ports to the processes of one cluster, none twice. */
import { findFreePort, stepOverTakenPorts } from './free-port.ts';

export interface PortAllocation {
  /** A port for the public, or for health and metrics. */
  next(kind: 'public' | 'private'): Promise<number>;
}

/** Private ports lie this far above the public ones. */
const privateOffset = 100;

/** From `basePort` upwards, stepping over what is taken; without it the system chooses. */
export const createPortAllocation = (basePort?: number): PortAllocation => {
  const given = new Set<number>();
  let queue: Promise<unknown> = Promise.resolve();
  const choose = async (kind: 'public' | 'private') => {
    const port = await findPort(kind, (candidate) => given.has(candidate), basePort);
    given.add(port);
    return port;
  };
  return {
    next: (kind) => {
      const chosen = queue.then(() => choose(kind));
      queue = chosen.catch(() => {}); // Reported to its caller; the next one goes on.
      return chosen;
    },
  };
};

const findPort = async (
  kind: 'public' | 'private',
  isGiven: (port: number) => boolean,
  basePort?: number,
): Promise<number> => {
  if (basePort !== undefined) {
    return stepOverTakenPorts(kind === 'public' ? basePort : basePort + privateOffset, isGiven);
  }
  const port = await findFreePort();
  return isGiven(port) ? findPort(kind, isGiven) : port;
};
