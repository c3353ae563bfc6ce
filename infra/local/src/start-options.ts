/** The options of `npm start`. */
import { parseArgs } from 'node:util';

export interface StartOptions {
  edges: number;
  /** First port to try: ingress, then the edges. */
  port: number;
  /** One line of JSON on stdout instead of a table. */
  json: boolean;
  /** Starts examples/backend, which owns the conversations then. */
  withBackend: boolean;
}

const usage = `Usage: npm start -- [--edges N] [--port N] [--with-backend] [--json]
  --edges N  number of edges, 1 to 32 (default 2)
  --port N   port of the ingress, the edges follow (default 7000); taken ports are stepped over
  --with-backend  examples/backend beside it, which decides on messages and learns of events
  --json     one line of JSON on stdout when ready, nothing else there`;

/** The options, or what is wrong with them. */
export const parseStartOptions = (args: readonly string[]): StartOptions | { error: string } => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        edges: { type: 'string', default: '2' },
        port: { type: 'string', default: '7000' },
        json: { type: 'boolean', default: false },
        'with-backend': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { error: usage };
    return {
      edges: numberWithin('--edges', values.edges, [1, 32]),
      port: numberWithin('--port', values.port, [1, 65_000]),
      json: values.json,
      withBackend: values['with-backend'],
    };
  } catch (error) {
    return { error: `${error instanceof Error ? error.message : String(error)}\n${usage}` };
  }
};

const numberWithin = (name: string, text: string, [min, max]: [number, number]): number => {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new Error(`${name} must be a whole number from ${min} to ${max}, not "${text}"`);
};
