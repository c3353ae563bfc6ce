/** The variables that an app takes, for tests of what deploys it. */
import { readFileSync } from 'node:fs';

/** Name and default of every variable, from the table that the app's README has of its schema. */
export const variablesOf = (app: 'edge' | 'ingress'): ReadonlyMap<string, string> => {
  const url = new URL(`../../../apps/${app}/README.md`, import.meta.url);
  const rows = readFileSync(url, 'utf8').matchAll(/^\| `([A-Z_0-9]+)` \|.*\| ([^|]*) \|$/gmu);
  return new Map([...rows].map(([, name = '', value = '']) => [name, value.replaceAll('`', '')]));
};
