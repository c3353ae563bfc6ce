/** The version of an app, from the `package.json` above its `main.ts`. */
import { readFileSync } from 'node:fs';

/** @param mainUrl the `import.meta.url` of the main file, one folder below package.json */
export const packageVersion = (mainUrl: string): string => {
  const text = readFileSync(new URL('../package.json', mainUrl), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
};
