/** The site of compose.yaml, brought up by `docker compose` under a name and at ports of its own. */
import { randomBytes } from 'node:crypto';
import type { Site } from '../stage.ts';
import { docker, imageTag } from './docker.ts';

export interface ComposeSite extends Site {
  /** A command of `docker compose` for this site; resolves with its stdout. */
  compose(...args: string[]): Promise<string>;
  /** Where a port of a service is published on this machine, e.g. `127.0.0.1:40123`. */
  published(service: string, port: number): Promise<string>;
}

/** Services that `npm run test:docker -- --without …` named: their images cannot be had. */
export const leftOut: readonly string[] = (process.env['COMPOSE_WITHOUT'] ?? '')
  .split(',')
  .filter((name) => name !== '');

const servicesOf = async (compose: ComposeSite['compose']): Promise<string[]> => {
  const all = (await compose('config', '--services')).split('\n');
  const unknown = leftOut.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`compose.yaml has no ${unknown.join(', ')}`);
  return all.filter((name) => !leftOut.includes(name));
};

/** Resolves when every service is healthy, or runs if it has no health check. */
export const startComposeSite = async (): Promise<ComposeSite> => {
  const authSecret = randomBytes(24).toString('hex');
  const apiToken = randomBytes(18).toString('hex');
  const env = {
    COMPOSE_PROJECT_NAME: 'switchboard-test',
    AUTH_SECRET: authSecret,
    API_TOKENS: `local:${apiToken}`,
    TAG: imageTag,
    // The engine chooses.
    PORT: '0',
    PROMETHEUS_PORT: '0',
    GRAFANA_PORT: '0',
    // Beside a site that may run here.
    SUBNET: '172.30.65.0/24',
  };
  const compose: ComposeSite['compose'] = (...args) => docker(['compose', ...args], env);
  const stop = async () => {
    await compose('down', '--volumes', '--timeout', '5');
  };
  try {
    // A run that was killed may have left one.
    await stop();
    const services = await servicesOf(compose);
    await compose('up', '--wait', '--no-build', '--quiet-pull', ...services);
    const published = (service: string, port: number) => compose('port', service, String(port));
    const balancer = await published('balancer', 8080);
    const edge = { url: `ws://${balancer}` };
    const ingress = { url: `http://${balancer}` };
    return { edges: [edge, edge], ingress, apiToken, authSecret, compose, published, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
