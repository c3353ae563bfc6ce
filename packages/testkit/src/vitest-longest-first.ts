/** The order in which vitest begins test files: the longest first, so that none of them runs alone at the end. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take half a minute and more, however small they are. */
const longPaths = [
  /\/e2e\/src\/launcher\.test\.ts$/u,
  /\/e2e\/src\/(?:faults|console|balancers)\//u,
  /\/e2e\/src\/presence-(?:deaths|redis-away)\.test\.ts$/u,
  /\/e2e\/src\/(?:upgrade|topologies|hand-off)\//u,
];

export class LongestFirst extends BaseSequencer {
  /** The longest, and the others as vitest would have them. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files);
    return usual.toSorted((one, other) => rank(one) - rank(other));
  }
}

const rank = ({ moduleId }: TestSpecification): number => {
  const index = longPaths.findIndex((path) => path.test(moduleId));
  return index === -1 ? longPaths.length : index;
};
