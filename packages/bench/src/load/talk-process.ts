/** The process that holds clients in rooms, and operators that get everything: they talk, it counts and tells. */
import { serveCalls } from './call.ts';
import type { DialectName, Persona } from './dialect/dialect.ts';
import type { LoadShape } from './load-shape.ts';
import { filler } from './message-body.ts';
import { writeStamp } from './stamp.ts';
import { openSubscriber, type SubscriberPlan } from './subscriber.ts';
import { openSpeaker, type Speaker } from './speaker.ts';
import { Talking } from './talking.ts';
import { Tally } from './tally.ts';

export interface TalkOrder {
  dialect: DialectName;
  clients: readonly { persona: Persona; port: number }[];
  operators: readonly SubscriberPlan[];
  /** What the ids of this process' messages start with. */
  run: string;
}

/** At most so many connects at a time: a listen queue is short. */
const openingMax = 32;
const stopTimeoutMs = 10_000;

const tally = new Tally();
const lostByCode = new Map<number, number>();
const speakers: (Speaker | undefined)[] = [];
let order: TalkOrder = { dialect: 'plain', clients: [], operators: [], run: '' };
let talking: Talking | undefined;

const countLoss = (code: number): void => {
  lostByCode.set(code, (lostByCode.get(code) ?? 0) + 1);
};

const openMissing = async (): Promise<void> => {
  const missing = [...order.clients.keys()].filter((index) => speakers[index] === undefined);
  const queue = missing.values();
  await Promise.all(Array.from({ length: openingMax }, () => openEach(queue)));
};

const openEach = async (queue: Iterable<number>): Promise<void> => {
  const { dialect, clients, run } = order;
  for (const index of queue) {
    speakers[index] = await openSpeaker({
      plan: { dialect, run, ...clients[index]! },
      tally,
      isAwaiting: () => talking?.isAwaiting(index) === true,
      onHeard: (number) => talking?.heard(index, number),
      onRefused: (number, waitMs) => talking?.refused(index, number, waitMs),
      onLost: (code) => {
        speakers[index] = undefined;
        countLoss(code);
        talking?.lost(index);
      },
    });
  }
};

const send = (index: number, number: number, intendedUs: number): void => {
  const speaker = speakers[index];
  const text = `${writeStamp(intendedUs)} ${filler}`;
  if (speaker === undefined) talking?.lost(index);
  else speaker.say(`${order.run}-${number}`, text);
};

const present = (): Talking => {
  if (talking === undefined) throw new Error('nobody talks');
  return talking;
};

const methods = {
  open: async (given: TalkOrder) => {
    order = given;
    for (const plan of order.operators) await openSubscriber(plan, tally, countLoss);
    await openMissing();
  },
  reopen: () => openMissing(),
  start: (load: LoadShape) => {
    const speakers = order.clients.length;
    talking = new Talking({ load, speakers, send }, talking?.lastNumber ?? 0);
    talking.start();
  },
  takeSaid: () => present().take(),
  takeReceived: () => tally.take(),
  stop: () => present().stop(stopTimeoutMs),
  total: () => tally.total,
  /** How many sockets the server closed since the last call, by close code. */
  takeLosses: () => {
    const losses = Object.fromEntries(lostByCode);
    lostByCode.clear();
    return losses;
  },
};

export type TalkMethods = typeof methods;

serveCalls(methods);
