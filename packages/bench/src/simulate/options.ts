/** The command line of the simulation. */
import { parseArgs } from 'node:util';
import { completeDemand, type Demand } from './demand.ts';

export const usage = `Usage: npm run simulate -- [options]
What a cluster needs for so many visitors, by costs that were measured (docs/scaling.md).
  --sockets 100k,1M,10M        visitors, one chat and one /chat socket each
  --operators N                desks on /broadcast (default: one for 100 visitors)
  --chats-per-desk 2000        chats that an operator's sources let through
  --messages-per-minute 0.5    in a chat, whoever writes them
  --posted 0.5                 part of the messages that comes by POST /message
  --companions 0.5             further /chat sockets of a chat, on average
  --copy-bytes 600             a live copy, from Redis to an edge
  --logged-per-chat 20         messages that a room's log holds
  --keep                       put the tables into docs/scaling.md
  --json                       JSON in place of the tables

  npm run simulate -- --refit [results.json …]   take the measured points anew, from kept results
                                                 (default: the newest in docs/benchmarks)`;

export interface SimulateOptions {
  demands: readonly Demand[];
  isKept: boolean;
  isJson: boolean;
  /** Undefined: nothing is fitted anew; empty: from the newest kept results. */
  refitFrom: readonly string[] | undefined;
}

const known = {
  sockets: { type: 'string', default: '100k,1M,10M' },
  operators: { type: 'string' },
  'chats-per-desk': { type: 'string' },
  'messages-per-minute': { type: 'string' },
  posted: { type: 'string' },
  companions: { type: 'string' },
  'copy-bytes': { type: 'string' },
  'logged-per-chat': { type: 'string' },
  keep: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  refit: { type: 'boolean', default: false },
} as const;

/** Throws with what is wrong, in words. */
export const parseSimulateOptions = (args: readonly string[]): SimulateOptions => {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: known,
    allowPositionals: true,
  });
  if (positionals.length > 0 && !values.refit) throw new Error(`what is ${positionals[0]}?`);
  const number = (name: keyof typeof known, range: Range) => {
    const text = values[name];
    return typeof text === 'string' ? readNumber(name, text, range) : undefined;
  };
  const given = {
    operators: number('operators', { min: 0 }),
    chatsPerDesk: number('chats-per-desk', { min: 1 }),
    messagesPerMinute: number('messages-per-minute', { min: 0 }),
    postedPart: number('posted', { min: 0, max: 1 }),
    companions: number('companions', { min: 0 }),
    copyBytes: number('copy-bytes', { min: 1 }),
    loggedPerChat: number('logged-per-chat', { min: 0 }),
  };
  const named = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as Partial<Demand>;
  const sockets = values.sockets.split(',').map((text) => readNumber('sockets', text, { min: 1 }));
  return {
    demands: sockets.map((count) => completeDemand({ ...named, sockets: count })),
    isKept: values.keep,
    isJson: values.json,
    refitFrom: values.refit ? positionals : undefined,
  };
};

interface Range {
  min: number;
  max?: number;
}

const factors: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, g: 1e9 };

/** `10M` is ten million. */
const readNumber = (name: string, text: string, { min, max = 1e12 }: Range): number => {
  const [, digits = '', suffix = ''] = /^([\d.]+)([kmg]?)$/i.exec(text) ?? [];
  const value = digits === '' ? NaN : Number(digits) * (factors[suffix.toLowerCase()] ?? 1);
  if (value >= min && value <= max) return value;
  throw new Error(`--${name} ${text}: must be a number from ${min} to ${max}, e.g. 250k or 10M`);
};
