/** compose.yaml without an engine: what it names is there, and what it sets is known. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { variablesOf } from '@switchboard/testkit';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  composeFile,
  mountsOf,
  publishedPorts,
  readText,
  references,
  repository,
  type Mount,
  type Service,
} from './compose-file.ts';

const { services, networks, volumes } = composeFile;
const all = Object.entries(services);
const apps = ['edge', 'ingress'] as const;
const service = (name: string): Service => {
  const found = services[name];
  if (found === undefined) throw new Error(`there is no service ${name}`);
  return found;
};

test('it is Redis, three edges, two ingresses, HAProxy, Prometheus and Grafana', () => {
  expect(all.map(([name, { scale = 1 }]) => [name, scale])).toEqual([
    ['edge', 3],
    ['ingress', 2],
    ['balancer', 1],
    ['redis', 1],
    ['prometheus', 1],
    ['grafana', 1],
  ]);
});

test('what it takes from the environment is described, and only secrets have no default', () => {
  const guide = readText('infra/README.md');
  expect(references.filter(({ name }) => !guide.includes(`\`${name}\``))).toEqual([]);
  const required = references.filter(({ isRequired }) => isRequired).map(({ name }) => name);
  expect(required.toSorted()).toEqual(['API_TOKENS', 'AUTH_SECRET']);
});

describe.each(all)('%s', (_name, described) => {
  const { image, networks: own, depends_on: needs = {} } = described;

  test('has an image with a version, or one that is built here', () => {
    const [, version] = image.split(':');
    expect(version).toMatch(described.build === undefined ? /^v?\d/u : /^latest$/u);
  });

  test('writes to its volumes alone and can do nothing that root can', () => {
    expect(described).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  });

  test('mounts files that exist, read-only, and volumes that are declared', () => {
    const mounts = mountsOf(described);
    const isThere = ({ source, isBind }: Mount) =>
      isBind ? existsSync(join(repository, source)) : source in volumes;
    expect(mounts.filter((mount) => !isThere(mount))).toEqual([]);
    expect(mounts.filter(({ isBind, isReadOnly }) => isBind !== isReadOnly)).toEqual([]);
  });

  test('is on networks that are declared', () => {
    expect(Object.keys(networks)).toEqual(expect.arrayContaining(own));
  });

  test('waits for services that exist, and for health only where it is checked', () => {
    const waits = Array.isArray(needs)
      ? needs.map((name) => ({ name, condition: 'service_started' }))
      : Object.entries(needs).map(([name, { condition }]) => ({ name, condition }));
    for (const { name, condition } of waits) {
      const { healthcheck, build } = service(name);
      // Our images bring their own check.
      const isChecked = healthcheck !== undefined || build !== undefined;
      expect([...(isChecked ? ['service_healthy'] : []), 'service_started']).toContain(condition);
    }
  });
});

test('every volume that is declared is used', () => {
  const used = all.flatMap(([, described]) => mountsOf(described).map(({ source }) => source));
  expect(used).toEqual(expect.arrayContaining(Object.keys(volumes)));
});

test('no port is published twice, and none beyond this machine', () => {
  const published = all.flatMap(([, described]) => publishedPorts(described));
  expect(new Set(published.map(({ port }) => port)).size).toBe(published.length);
  for (const { address } of published) expect(address).toBe('127.0.0.1');
});

describe.each(apps)('the %s', (app) => {
  const { environment = {}, build, stop_grace_period } = service(app);
  const known = variablesOf(app);
  const settingMs = (name: string) => Number(environment[name] ?? known.get(name));

  test('gets variables that it has', () => {
    expect(Object.keys(environment).filter((name) => !known.has(name))).toEqual([]);
  });

  test('is built by a stage and with arguments that the Dockerfile has', () => {
    const dockerfile = readText(build!.dockerfile);
    expect(dockerfile).toMatch(new RegExp(`^FROM \\w+ AS ${build!.target}$`, 'mu'));
    for (const name of build!.args)
      expect(dockerfile).toMatch(new RegExp(`^ARG ${name}(=|$)`, 'mu'));
  });

  test('may finish its stop before it is killed', () => {
    expect(Number.parseInt(stop_grace_period!, 10) * 1000).toBeGreaterThan(
      settingMs('SHUTDOWN_TIMEOUT_MS'),
    );
  });
});

test('the edges believe the network that the balancer calls from', () => {
  expect(service('edge').environment!['TRUSTED_PROXIES']).toBe(
    networks['inside']!.ipam!.config[0]!.subnet,
  );
  expect(service('balancer').networks).toContain('inside');
});

describe('the balancer', () => {
  const { environment = {} } = service('balancer');

  test('gets variables that haproxy.cfg reads', () => {
    const configuration = readText('infra/haproxy/haproxy.cfg');
    for (const name of Object.keys(environment))
      expect(configuration).toMatch(new RegExp(`"\\$\\{${name}\\b`, 'u'));
  });

  test('looks for edges and ingresses where they listen', () => {
    expect(environment).toEqual({
      EDGES: `edge:${variablesOf('edge').get('PORT')}`,
      INGRESSES: `ingress:${variablesOf('ingress').get('PORT')}`,
    });
  });
});

test('Redis writes its file to its volume and throws nothing away', () => {
  const { command = [], ...redis } = service('redis');
  const option = (name: string) => command[command.indexOf(`--${name}`) + 1];
  expect(option('appendonly')).toBe('yes');
  expect(option('maxmemory-policy')).toBe('noeviction');
  expect(mountsOf(redis)).toContainEqual(
    expect.objectContaining({ source: 'redis', target: '/data' }),
  );
  expect(service('edge').environment!['REDIS_URL']).toBe('redis://redis:6379');
});

interface Scrape {
  dns_sd_configs?: { names: string[]; port: number }[];
  static_configs?: { targets: string[] }[];
}

test('Prometheus asks the private ports of all, and has the alerts', () => {
  const { scrape_configs, rule_files } = parse(readText('infra/docker/prometheus.yaml'));
  const asked = (scrape_configs as Scrape[]).flatMap(
    ({ dns_sd_configs = [], static_configs = [] }) => [
      ...dns_sd_configs.flatMap(({ names, port }) => names.map((name) => `${name}:${port}`)),
      ...static_configs.flatMap(({ targets }) => targets),
    ],
  );
  const dockerfile = readText('infra/docker/Dockerfile');
  const privatePorts = [...dockerfile.matchAll(/^ENV PRIVATE_PORT=(\d+)$/gmu)].map(
    ([, port]) => port,
  );
  expect(asked).toEqual([`edge:${privatePorts[0]}`, `ingress:${privatePorts[1]}`, 'balancer:8404']);
  const targets = mountsOf(service('prometheus')).map(({ target }) => target);
  expect(targets).toEqual(
    expect.arrayContaining((rule_files as string[]).map((file) => `/etc/prometheus/${file}`)),
  );
});

test('Grafana has the dashboards and Prometheus as its source', () => {
  const grafana = service('grafana');
  const source = parse(readText('infra/docker/grafana/datasource.yaml')).datasources[0];
  expect(new URL(source.url).hostname).toBe('prometheus');
  expect(service('prometheus').networks.some((name) => grafana.networks.includes(name))).toBe(true);
  const provider = parse(readText('infra/docker/grafana/dashboards.yaml')).providers[0];
  const mount = mountsOf(grafana).find(({ target }) => target === provider.options.path);
  expect(mount?.source).toBe('./infra/grafana');
});
