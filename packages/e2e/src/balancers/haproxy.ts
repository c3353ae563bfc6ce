/** `infra/haproxy`, as it is shipped. */
import { join } from 'node:path';
import { findBalancer, findFreePort } from '@switchboard/testkit';
import type { Address, StartBalancer } from './balancer.ts';
import { startBalancerProcess } from './balancer-process.ts';

const configuration = join(import.meta.dirname, '../../../../infra/haproxy/haproxy.cfg');

export const startHaproxy: StartBalancer = async ({ edges, ingresses }) => {
  const port = await findFreePort();
  const privatePort = await findFreePort();
  const { stop } = await startBalancerProcess({
    program: await findBalancer('haproxy'),
    args: ['-db', '-f', configuration],
    env: {
      BIND: `127.0.0.1:${port}`,
      PRIVATE_BIND: `127.0.0.1:${privatePort}`,
      ...variables('EDGE', edges),
      ...variables('INGRESS', ingresses),
    },
    probeUrl: `http://127.0.0.1:${privatePort}/health/live`,
  });
  return { host: `127.0.0.1:${port}`, stop };
};

const variables = (role: string, addresses: readonly Address[]): Record<string, string> =>
  Object.fromEntries(
    addresses.flatMap(({ port, privatePort }, index) => [
      [`${role}_${index + 1}`, `127.0.0.1:${port}`],
      [`${role}_${index + 1}_PRIVATE_PORT`, String(privatePort)],
    ]),
  );
