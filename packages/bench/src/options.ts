/** The command line: `fan-out rooms [--peers a,b] [--seconds N] …`. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { BenchOptions } from './bench-options.ts';
import { contenders } from './contender/contenders.ts';
import { briefWorkloads, workloads } from './workload/workloads.ts';

export const usage = `Usage: npm run bench -- [workload…] [options]
Without a workload: ${briefWorkloads.join(', ')}, each as briefly as makes sense.

${[...workloads].map(([name, { about }]) => `  ${name.padEnd(11)} ${about}`).join('\n')}

What a workload does not know it ignores; each has its own defaults (packages/bench/README.md).
  --publishers 8,32     closed loops: so many post, or are being said, at a time; 0 for none
  --rate 200,500        open loops: messages per second; 0 for none
  --seconds N           what is counted of each turn, or how long a fault goes on
  --rounds N            every contender carries every load so often; medians are reported
  --subscribers N       sockets on /broadcast
  --chats N             chats that posted messages are spread over
  --clients N           clients in rooms
  --room-size N         clients of a room
  --operators N         /broadcast sockets beside the clients
  --sockets N           idle sockets
  --peers <name>,…      who takes part, of ${[...contenders.keys()].join(', ')};
                        default: ${describePeers()}
  --receivers N         processes that hold the sockets (default: a third of the cores)
  --patience 0          seconds that a turn waits at most until other programs leave the machine alone
  --keep                write the result to docs/benchmarks/<date>-….{json,md,svg}
  --json                JSON on stdout in place of the table

  npm run bench -- readme   put the newest kept results into README.md`;

function describePeers(): string {
  const lines = [...workloads].map(([name, { peers }]) => `${name} ${peers.join(',')}`);
  return lines.join(`\n${' '.repeat(33)}`);
}

const optional = { type: 'string' } as const;

const known = {
  subscribers: optional,
  publishers: optional,
  rate: optional,
  seconds: optional,
  rounds: optional,
  peers: optional,
  chats: optional,
  clients: optional,
  'room-size': optional,
  operators: optional,
  sockets: optional,
  receivers: optional,
  patience: optional,
  keep: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

/** Throws with what is wrong, in words. */
export const parseOptions = (args: readonly string[]): BenchOptions => {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: known,
    allowPositionals: true,
  });
  const number = (name: keyof typeof known, max: number, min = 1) => {
    const text = values[name];
    return typeof text === 'string' ? wholeNumber(name, text, { min, max }) : undefined;
  };
  const list = (name: 'publishers' | 'rate', max: number) => {
    const text = values[name];
    return text === undefined ? undefined : numbers(name, text, max);
  };
  const isBrief = positionals.length === 0;
  return {
    workloads: isBrief ? briefWorkloads : parseWorkloads(positionals),
    peers: values.peers === undefined ? undefined : parsePeers(values.peers),
    isBrief,
    receivers: number('receivers', 64) ?? Math.max(1, Math.floor(availableParallelism() / 3)),
    patienceS: number('patience', 3600, 0) ?? 0,
    asked: {
      subscribers: number('subscribers', 50_000),
      publishers: list('publishers', 1000),
      rates: list('rate', 100_000),
      chats: number('chats', 1_000_000),
      seconds: number('seconds', 600),
      rounds: number('rounds', 100),
      clients: number('clients', 200_000),
      roomSize: number('room-size', 50_000),
      operators: number('operators', 1000, 0),
      sockets: number('sockets', 200_000),
    },
    isKept: values.keep,
    isJson: values.json,
  };
};

const parseWorkloads = (names: readonly string[]): readonly string[] => {
  const unknown = names.find((name) => !workloads.has(name));
  if (unknown === undefined) return names;
  throw new Error(`${unknown}: known workloads are ${[...workloads.keys()].join(', ')}`);
};

const parsePeers = (text: string): string[] => {
  const names = text.split(',');
  const unknown = names.find((name) => !contenders.has(name));
  if (unknown === undefined) return names;
  throw new Error(`--peers ${unknown}: known are ${[...contenders.keys()].join(', ')}`);
};

const numbers = (name: string, text: string, max: number): number[] =>
  text === '0' ? [] : text.split(',').map((part) => wholeNumber(name, part, { min: 1, max }));

const wholeNumber = (
  name: string,
  text: string,
  { min, max }: { min: number; max: number },
): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`--${name} ${text}: must be a whole number from ${min} to ${max}`);
};
