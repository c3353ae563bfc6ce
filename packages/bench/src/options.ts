/** The command line: `fan-out [--subscribers 1000] …`. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { BenchOptions } from './bench-options.ts';
import { contenders } from './contender/contenders.ts';
import type { LoadShape } from './load/load-shape.ts';
import { workloads } from './workload/workloads.ts';

export const usage = `Usage: npm run bench -- <workload>… [options]
fan-out: every message to every socket
  --subscribers 1000            sockets on /broadcast, each of which gets every message
  --publishers 8,32,128         closed loop: connections that post as fast as they are answered; 0 for none
  --rate 200,500                open loop: messages per second; 0 for none
  --seconds 5                   what is counted of each turn, after a second of warming up
  --rounds 2                    every contender carries every load so often; medians are reported
  --chats 256                   chats that the messages are spread over
storm: the node that all clients are on is killed; cuts: every client is cut every 15 s, for 2 s
  --clients 10000               clients, each in one room
  --room-size 100               clients of a room
  --rate 50                     messages per second
  --seconds 45                  cuts: how long
overload: twice as many messages as the edges carry
  --subscribers 2000            so many that writing to them, and not taking messages, is what limits
  --seconds 60                  how long
presence: operators with a tab on each of four nodes, at rest, and /online-users
  --clients 10000               their tabs
all of them
  --peers <name>,…              ${[...contenders.keys()].join(', ')};
                                default: ${describePeers()}
  --receivers N                 processes that hold the sockets (default: a third of the cores)
  --patience 0                  seconds that a turn waits at most until other programs leave the machine alone
  --keep                        write the result to docs/benchmarks/<date>-….{json,md}
  --json                        JSON on stdout in place of the table`;

function describePeers(): string {
  const lines = [...workloads].map(([name, { peers }]) => `${name} ${peers.join(',')}`);
  return lines.join(`\n${' '.repeat(41)}`);
}

const option = (value: string) => ({ type: 'string', default: value }) as const;
const optional = { type: 'string' } as const;

/** `--rate` and `--seconds` mean one thing each, with a default for each kind of workload. */
const known = {
  subscribers: optional,
  publishers: option('8,32,128'),
  rate: optional,
  seconds: optional,
  rounds: option('2'),
  peers: optional,
  chats: option('256'),
  clients: option('10000'),
  'room-size': option('100'),
  receivers: option(String(Math.max(1, Math.floor(availableParallelism() / 3)))),
  patience: option('0'),
  keep: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

/** Connections that an open loop may use: far more than it needs while the system keeps up. */
const openLoopConnections = 64;

/** Throws with what is wrong, in words. */
export const parseOptions = (args: readonly string[]): BenchOptions => {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: known,
    allowPositionals: true,
  });
  const asked = parseWorkloads(positionals);
  const isFanOut = asked.includes('fan-out');
  return {
    workloads: asked,
    peers: values.peers === undefined ? undefined : parsePeers(values.peers),
    receivers: wholeNumber('receivers', values.receivers, 64),
    patienceS: values.patience === '0' ? 0 : wholeNumber('patience', values.patience, 3600),
    fanOut: {
      loads: isFanOut ? parseLoads(values.publishers, values.rate ?? '200,500') : [],
      subscribers: wholeNumber('subscribers', values.subscribers ?? '1000', 50_000),
      chats: wholeNumber('chats', values.chats, 1_000_000),
      seconds: wholeNumber('seconds', values.seconds ?? '5', 600),
      rounds: wholeNumber('rounds', values.rounds, 100),
    },
    survival: {
      clients: wholeNumber('clients', values.clients, 50_000),
      roomSize: wholeNumber('room-size', values['room-size'], 50_000),
      ratePerS: isFanOut ? 50 : wholeNumber('rate', values.rate ?? '50', 100_000),
      seconds: wholeNumber('seconds', values.seconds ?? '45', 600),
    },
    overload: {
      subscribers: wholeNumber('subscribers', values.subscribers ?? '2000', 50_000),
      chats: wholeNumber('chats', values.chats, 1_000_000),
      seconds: wholeNumber('seconds', values.seconds ?? '60', 600),
    },
    isKept: values.keep,
    isJson: values.json,
  };
};

const parseWorkloads = (names: readonly string[]): readonly string[] => {
  const unknown = names.find((name) => !workloads.has(name));
  if (names.length > 0 && unknown === undefined) return names;
  throw new Error(
    `${unknown ?? 'no workload'}: known workloads are ${[...workloads.keys()].join(', ')}`,
  );
};

const parsePeers = (text: string): string[] => {
  const names = text.split(',');
  const unknown = names.find((name) => !contenders.has(name));
  if (unknown === undefined) return names;
  throw new Error(`--peers ${unknown}: known are ${[...contenders.keys()].join(', ')}`);
};

const parseLoads = (publishers: string, rates: string): LoadShape[] => {
  const loads: LoadShape[] = [
    ...numbers('publishers', publishers, 1000).map(
      (connections) => ({ kind: 'closed', connections }) as const,
    ),
    ...numbers('rate', rates, 100_000).map(
      (ratePerS) => ({ kind: 'open', connections: openLoopConnections, ratePerS }) as const,
    ),
  ];
  if (loads.length === 0) throw new Error('neither --publishers nor --rate asks for a load');
  return loads;
};

const numbers = (name: string, text: string, max: number): number[] =>
  text === '0' ? [] : text.split(',').map((part) => wholeNumber(name, part, max));

const wholeNumber = (name: string, text: string, max: number): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new Error(`--${name} ${text}: must be a whole number from 1 to ${max}`);
};
