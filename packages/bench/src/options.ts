/** The command line: `fan-out [--subscribers 1000] …`. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { contenders } from './contender/contenders.ts';
import type { LoadShape } from './load/load-shape.ts';

export interface BenchOptions {
  workload: 'fan-out';
  peers: readonly string[];
  loads: readonly LoadShape[];
  subscribers: number;
  receivers: number;
  chats: number;
  seconds: number;
  rounds: number;
  /** How long a turn may wait for other programs to leave the machine alone, in seconds. */
  patienceS: number;
  /** Whether the result goes to docs/benchmarks. */
  isKept: boolean;
  /** Whether stdout gets JSON in place of the table. */
  isJson: boolean;
}

export const usage = `Usage: npm run bench -- fan-out [options]
  --subscribers 1000            sockets on /broadcast, each of which gets every message
  --publishers 8,32,128         closed loop: connections that post as fast as they are answered; 0 for none
  --rate 200,500                open loop: messages per second; 0 for none
  --seconds 5                   what is counted of each turn, after a second of warming up
  --rounds 2                    every contender carries every load so often; medians are reported
  --peers switchboard,minimal,uws
  --chats 256                   chats that the messages are spread over
  --receivers N                 processes that hold the sockets (default: a third of the cores)
  --patience 0                  seconds that a turn waits at most until other programs leave the machine alone
  --keep                        write the result to docs/benchmarks/<date>-fan-out.{json,md}
  --json                        JSON on stdout in place of the table`;

const option = (value: string) => ({ type: 'string', default: value }) as const;

const known = {
  subscribers: option('1000'),
  publishers: option('8,32,128'),
  rate: option('200,500'),
  seconds: option('5'),
  rounds: option('2'),
  peers: option([...contenders.keys()].join(',')),
  chats: option('256'),
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
  if (positionals.length !== 1 || positionals[0] !== 'fan-out') {
    throw new Error('the workload must be: fan-out');
  }
  return {
    workload: 'fan-out',
    peers: parsePeers(values.peers),
    loads: parseLoads(values.publishers, values.rate),
    subscribers: wholeNumber('subscribers', values.subscribers, 50_000),
    receivers: wholeNumber('receivers', values.receivers, 64),
    chats: wholeNumber('chats', values.chats, 1_000_000),
    seconds: wholeNumber('seconds', values.seconds, 600),
    rounds: wholeNumber('rounds', values.rounds, 100),
    patienceS: values.patience === '0' ? 0 : wholeNumber('patience', values.patience, 3600),
    isKept: values.keep,
    isJson: values.json,
  };
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
