/**
 * A rolling upgrade from an earlier commit to this tree. A clone without history cannot show it; what an earlier
 * version wrote is read by `recorded.test.ts` everywhere.
 */
import { expect, test } from 'vitest';
import { runShort, runShortMaxMs } from '../faults/run-short.ts';
import { findEarlierCommit } from './earlier-commit.ts';
import { upgraded } from './upgrade-scenario.ts';

/** Who names a commit means that one. */
const isNamed = Boolean(process.env['UPGRADE_FROM']);

/** What runs beside this tree: where no earlier commit can be had, the tree itself, and the name says so. */
const [name, scenario] = await findEarlierCommit().then(
  async ({ id, forget }) => {
    await forget();
    return [`processes of ${id.slice(0, 7)} and of this tree`, upgraded] as const;
  },
  (error: unknown) => {
    if (isNamed) throw error;
    const [reason] = /^fatal: .*/mu.exec(String(error)) ?? [String(error)];
    const { sources: _none, ...alone } = upgraded;
    return [`(no earlier commit here: ${reason}) processes of this tree alone`, alone] as const;
  },
);

test(
  `${name} serve one cluster, and the first ones go: nothing is lost`,
  async () => {
    expect(await runShort(scenario)).toEqual([]);
  },
  runShortMaxMs,
);
