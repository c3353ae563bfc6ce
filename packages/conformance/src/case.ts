/** One case: what is played, and what must be told of it. */
import { deepStrictEqual } from 'node:assert';
import { setTimeout as delay } from 'node:timers/promises';
import { Mail } from './mail.ts';
import { startScriptedServer, type ScriptedServer, type Visit } from './scripted-server.ts';
import type { CreateSubject, Reports, Subject } from './subject.ts';

/** What the client told, each with its name first. */
export type Told = readonly [what: keyof Reports, ...values: string[]];

export interface Stage {
  readonly server: ScriptedServer;
  readonly subject: Subject;
  readonly told: Mail<Told>;
  /** Tokens that were given, in their order. */
  readonly tokens: readonly string[];
  /** The client is connected, welcomed, and has been given the event 1. */
  settled(data?: object): Promise<Visit>;
  /** The same at a desk of three partitions: the first one has got as far as 1, the others are at 0. */
  deskSettled(): Promise<Visit>;
  /** Waits until the client has told this. */
  tells(...expected: Told): Promise<void>;
  /** Lets so much time pass, ms. */
  pause(ms: number): Promise<void>;
}

export interface Case {
  /** A sentence about the client. */
  readonly name: string;
  run(stage: Stage): Promise<void>;
}

export interface Result {
  readonly name: string;
  /** Absent: it passed. */
  readonly problem?: string;
}

export async function runCase({ name, run }: Case, createSubject: CreateSubject): Promise<Result> {
  const server = await startScriptedServer();
  const told = new Mail<Told>('what the client should tell');
  const tokens: string[] = [];
  const subject = createSubject(reportsTo(told, tokens));
  try {
    await run(createStage({ server, subject, told, tokens }));
    return { name };
  } catch (error) {
    return { name, problem: error instanceof Error ? error.message : String(error) };
  } finally {
    subject.close();
    server.stop();
  }
}

type Parts = Pick<Stage, 'server' | 'subject' | 'told' | 'tokens'>;

function createStage(parts: Parts): Stage {
  const { server, subject, told } = parts;
  const tells = async (...expected: Told) => {
    await told
      .next((one) => isSame(one, expected))
      .catch(() => {
        throw new Error(
          `it did not tell ${expected.join(' ')}, but: ${told.all.join('; ') || 'nothing'}`,
        );
      });
  };
  return {
    ...parts,
    tells,
    pause: (ms) => delay(ms),
    async settled(data) {
      subject.connect({ url: server.url, chatId: 'c1' });
      const visit = await server.visits.next();
      visit.welcome(data);
      visit.message(1);
      await tells('event', 'messageAdded', 'e1');
      return visit;
    },
    async deskSettled() {
      if (subject.openDesk === undefined) throw new Error('it has no desk');
      subject.openDesk(server.url);
      const visit = await server.visits.next();
      visit.welcomeDesk();
      visit.deskMessage(0, 1);
      await tells('event', 'messageAdded', 'e0.1');
      return visit;
    },
  };
}

function reportsTo(told: Mail<Told>, tokens: string[]): Reports {
  return {
    token() {
      const token = `token-${tokens.length + 1}`;
      tokens.push(token);
      return token;
    },
    event: (...values) => told.add(['event', ...values]),
    accepted: (...values) => told.add(['accepted', ...values]),
    refused: (...values) => told.add(['refused', ...values]),
    reload: () => told.add(['reload']),
    ended: () => told.add(['ended']),
  };
}

const isSame = (one: Told, other: Told): boolean =>
  one.length === other.length && one.every((part, at) => part === other[at]);

/** @throws when they differ */
export function same(actual: unknown, expected: unknown, what: string): void {
  try {
    deepStrictEqual(actual, expected);
  } catch {
    throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
  }
}

/** @throws when it does not hold */
export function holds(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}
