/**
 * What was told of users' coming and going, place by place, against what became of them. A place is a
 * room or the desk; one witness in each is enough, as everybody there is told the same.
 */

export type Told = 'came' | 'went';

export interface Stay {
  place: string;
  user: string;
  /** What the place has to be told of this user, in order. */
  expected: readonly Told[];
}

export interface PresenceFindings {
  /** Went and was not told, or not yet. */
  ghosts: string[];
  /** Told as gone more often than it went. */
  doubleLeaves: string[];
  /** Told as gone, and never was. */
  wrongLeaves: string[];
  /** Told as come more often than it came. */
  doubleArrivals: string[];
  /** Came and was not told, or not yet. */
  missedArrivals: string[];
  /** Nobody has heard of it. */
  strangers: string[];
}

export interface PresenceBook {
  expect(stay: Stay): void;
  note(place: string, user: string, told: Told): void;
  reconcile(): PresenceFindings;
}

export const openPresenceBook = (): PresenceBook => {
  const stays = new Map<string, Stay>();
  const told = new Map<string, Told[]>();
  const keyOf = (place: string, user: string) => `${user} in ${place}`;
  return {
    expect: (stay) => void stays.set(keyOf(stay.place, stay.user), stay),
    note: (place, user, what) => {
      const key = keyOf(place, user);
      told.set(key, [...(told.get(key) ?? []), what]);
    },
    reconcile: () => {
      const findings = createFindings();
      for (const [key, { expected }] of stays)
        compare(key, expected, told.get(key) ?? [], findings);
      findings.strangers.push(...[...told.keys()].filter((key) => !stays.has(key)));
      return findings;
    },
  };
};

/** Nothing was found, but for users whom nobody expected. */
export const isClean = (findings: PresenceFindings): boolean =>
  Object.values(findings).every((list: string[]) => list.length === 0);

const createFindings = (): PresenceFindings => ({
  ghosts: [],
  doubleLeaves: [],
  wrongLeaves: [],
  doubleArrivals: [],
  missedArrivals: [],
  strangers: [],
});

const compare = (
  key: string,
  expected: readonly Told[],
  told: readonly Told[],
  findings: PresenceFindings,
): void => {
  const surplus = (what: Told) => countOf(told, what) - countOf(expected, what);
  if (surplus('went') < 0) findings.ghosts.push(key);
  if (surplus('went') > 0)
    (expected.includes('went') ? findings.doubleLeaves : findings.wrongLeaves).push(key);
  if (surplus('came') > 0) findings.doubleArrivals.push(key);
  if (surplus('came') < 0) findings.missedArrivals.push(key);
};

const countOf = (list: readonly Told[], what: Told): number =>
  list.filter((one) => one === what).length;
