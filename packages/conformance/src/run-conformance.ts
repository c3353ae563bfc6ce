import { runCase, type Case, type Result } from './case.ts';
import { connectionCases } from './connection-cases.ts';
import { deskCases } from './desk-cases.ts';
import { messageCases } from './message-cases.ts';
import type { CreateSubject } from './subject.ts';

/** Those of `/chat`. */
export const chatCases: readonly Case[] = [...connectionCases, ...messageCases];
export { deskCases };
export const cases: readonly Case[] = [...chatCases, ...deskCases];

/** Plays all cases at the same time, each with a server and a client of its own. It rejects nothing. */
export function runConformance(
  createSubject: CreateSubject,
  chosen: readonly Case[] = cases,
): Promise<Result[]> {
  return Promise.all(chosen.map((one) => runCase(one, createSubject)));
}
