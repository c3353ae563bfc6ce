/** See contract.ts. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createConditions } from './conditions.ts';
import type { FaultProxy, Which } from './contract.ts';
import { openLink, type OpenLink } from './link.ts';

export interface FaultProxyOptions {
  port: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Decides what `discard` throws away (default `Math.random`). */
  random?: () => number;
}

const all: Which = () => true;

/** Listens on a port of its own, on the loopback interface. */
export const startFaultProxy = async (options: FaultProxyOptions): Promise<FaultProxy> => {
  const { port, host = '127.0.0.1', random = Math.random } = options;
  const links = new Set<OpenLink>();
  const conditions = createConditions(() => {
    for (const link of links) link.wake();
  });
  let count = 0;
  const server = createServer({ allowHalfOpen: true }, (near) => {
    count += 1;
    if (conditions.of({ number: count, opening: '' }).isRefused) {
      near.on('error', () => {}); // It is reset: whatever goes wrong with it is meant.
      return void near.resetAndDestroy();
    }
    const link = openLink({
      near,
      target: { port, host },
      number: count,
      weather: conditions.of,
      random,
      onClosed: (closed) => void links.delete(closed),
    });
    links.add(link);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut: FaultProxy['cut'] = (how = 'reset', which = all) => {
    const doomed = [...links].filter(which);
    for (const link of doomed) link.cut(how);
    return doomed.length;
  };
  return {
    port: (server.address() as AddressInfo).port,
    get links() {
      return [...links];
    },
    impose: (condition, which = all) => conditions.impose(condition, which),
    cut,
    heal: conditions.clear,
    stop: async () => {
      cut('reset');
      server.close();
      await once(server, 'close');
    },
  };
};
