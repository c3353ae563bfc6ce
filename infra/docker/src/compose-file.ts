/** compose.yaml as an engine would read it where the environment has nothing but the secrets. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const repository = join(import.meta.dirname, '../../..');

export interface Service {
  image: string;
  build?: { context: string; dockerfile: string; target: string; args: string[] };
  command?: string[];
  depends_on?: string[] | Record<string, { condition: string }>;
  scale?: number;
  environment?: Record<string, string>;
  volumes?: string[];
  ports?: string[];
  networks: string[];
  healthcheck?: { test: string[] };
  stop_grace_period?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
}

export interface ComposeFile {
  services: Record<string, Service>;
  networks: Record<string, { ipam?: { config: { subnet: string }[] } } | null>;
  volumes: Record<string, object>;
}

export const readText = (path: string): string => readFileSync(join(repository, path), 'utf8');

const text = readText('compose.yaml');

const uncommented = text.replaceAll(/^\s*#.*$/gmu, '');
const reference = /\$\{([A-Z_]+)(?:(:-|:\?)([^}]*))?\}/gu;

export interface Reference {
  name: string;
  isRequired: boolean;
}

/** What it takes from the environment. */
export const references: readonly Reference[] = [...uncommented.matchAll(reference)].map(
  ([, name = '', operator]) => ({ name, isRequired: operator === ':?' }),
);

export const composeFile: ComposeFile = parse(
  text.replaceAll(reference, (_match, _name, _operator, value = '') => value as string),
  { merge: true },
) as ComposeFile;

/** The addresses and ports on the machine, e.g. `127.0.0.1` and 8080 for `127.0.0.1:8080:80`. */
export const publishedPorts = ({ ports = [] }: Service): { address: string; port: number }[] =>
  ports.map((published) => {
    const [address = '', port] = published.split(':');
    return { address, port: Number(port) };
  });

export interface Mount {
  source: string;
  target: string;
  isBind: boolean;
  isReadOnly: boolean;
}

export const mountsOf = ({ volumes = [] }: Service): Mount[] =>
  volumes.map((volume) => {
    const [source = '', target = '', mode] = volume.split(':');
    return { source, target, isBind: source.startsWith('.'), isReadOnly: mode === 'ro' };
  });
