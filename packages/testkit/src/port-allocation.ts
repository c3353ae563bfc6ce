/** Hands out ports to the processes of one cluster: free ones, none twice, none that another cluster claimed. */
import { findFreePort, isPortFree } from './free-port.ts';
import { claimPort, type PortClaim } from './port-claim.ts';

type Kind = 'public' | 'private';

export interface PortAllocation {
  /** A port for the public, or for health and metrics. */
  next(kind: Kind): Promise<number>;
  /** Gives all ports back, once their processes have ended. */
  release(): void;
}

/** Private ports lie this far above the public ones. */
const privateOffset = 100;
const attempts = 1000;

/** From `basePort` upwards, stepping over what is taken; without it the system chooses. */
export const createPortAllocation = (basePort?: number): PortAllocation => {
  const claims: PortClaim[] = [];
  return {
    next: async (kind) => {
      const claim = await findAndClaim(candidates(kind, basePort));
      claims.push(claim);
      return claim.port;
    },
    release: () => {
      for (const claim of claims.splice(0)) claim.release();
    },
  };
};

const findAndClaim = async (ports: AsyncIterable<number>): Promise<PortClaim> => {
  for await (const port of ports) {
    const claim = await claimPort(port);
    if (claim === undefined) continue;
    if (await isPortFree(port)) return claim;
    claim.release();
  }
  throw new Error('no free port');
};

async function* candidates(kind: Kind, basePort?: number): AsyncGenerator<number> {
  const first = basePort === undefined ? 0 : basePort + (kind === 'private' ? privateOffset : 0);
  for (let step = 0; step < attempts; step += 1) {
    yield basePort === undefined ? await findFreePort() : Math.min(first + step, 65_535);
  }
}
