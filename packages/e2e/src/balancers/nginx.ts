/** `infra/nginx`, as it is shipped: its `addresses/` are those of another site, in the same words. */
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBalancer, findFreePort } from '@switchboard/testkit';
import type { Address, StartBalancer } from './balancer.ts';
import { startBalancerProcess } from './balancer-process.ts';

const configuration = join(import.meta.dirname, '../../../../infra/nginx');

export const startNginx: StartBalancer = async ({ edges, ingresses }) => {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-nginx-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await chmod(folder, 0o755); // Its workers are somebody else when we are root.
    const port = await findFreePort();
    await copyFile(join(configuration, 'nginx.conf'), join(folder, 'nginx.conf'));
    await mkdir(join(folder, 'addresses'));
    await fillIn(folder, 'listen.conf', [`127.0.0.1:${port}`]);
    await fillIn(folder, 'edges.conf', edges.map(hostOf));
    await fillIn(folder, 'ingresses.conf', ingresses.map(hostOf));
    const { stop } = await startBalancerProcess({
      program: await findBalancer('nginx'),
      args: ['-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'],
      probeUrl: `http://127.0.0.1:${port}/health/live`,
    });
    return { host: `127.0.0.1:${port}`, stop: () => stop().then(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
};

const hostOf = ({ port }: Address): string => `127.0.0.1:${port}`;

/** Only the addresses are replaced, so that the parameters beside them are the shipped ones. */
const fillIn = async (folder: string, name: string, hosts: readonly string[]): Promise<void> => {
  const shipped = await readFile(join(configuration, 'addresses', name), 'utf8');
  const left = [...hosts];
  const filled = shipped.replaceAll(
    /^(server|listen) [^\s;]+/gmu,
    (_line, directive: string) => `${directive} ${left.shift()}`,
  );
  if (left.length > 0 || filled.includes('undefined'))
    throw new Error(`${name} does not have ${hosts.length} addresses`);
  await writeFile(join(folder, 'addresses', name), filled);
};
