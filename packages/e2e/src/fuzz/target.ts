/** What the fuzzer needs of each thing that it attacks. */
import type { Arena } from './arena.ts';

/** Something that is not as documented: the input, ready to be tried again, and what came. */
export interface Finding {
  readonly target: string;
  readonly seed: number;
  readonly input: string;
  readonly problem: string;
}

/** How often what came back: a status, a code, an event's name. */
export type Tally = Map<string, number>;

export interface Report {
  readonly tally: Tally;
  readonly findings: readonly { readonly input: string; readonly problem: string }[];
}

export interface Target {
  readonly name: string;
  /** Sends so many inputs of this seed and judges every answer. */
  attack(
    arena: Arena,
    options: { readonly inputs: number; readonly seed: number },
  ): Promise<Report>;
}

export const count = (tally: Tally, what: string): void =>
  void tally.set(what, (tally.get(what) ?? 0) + 1);

const shownChars = 400;

/** An input as a person can read and repeat it. */
export const show = (input: string | Uint8Array): string => {
  const text = typeof input === 'string' ? JSON.stringify(input) : readable(Buffer.from(input));
  return text.length > shownChars
    ? `${text.slice(0, shownChars)}… (${text.length} characters)`
    : text;
};

const readable = (bytes: Buffer): string =>
  bytes.equals(Buffer.from(bytes.toString()))
    ? JSON.stringify(bytes.toString())
    : `hex ${bytes.toString('hex')}`;
