/** What is kept in Redis of the deployment, against what this person believes of it. */
import { LAYOUT_VERSION } from '../layout.ts';
import { type Finding, finding } from './finding.ts';

interface Expected {
  readonly keyPrefix: string;
  readonly partitions: number;
}

/** @param hash of the cluster key; empty: there is none */
export function judgeDeployment(
  hash: Readonly<Record<string, string>>,
  { keyPrefix, partitions }: Expected,
): Finding[] {
  const { partitions: isPartitions, layout } = hash;
  if (isPartitions === undefined) {
    const saw = `no deployment under the prefix ${keyPrefix}`;
    const change = 'KEY_PREFIX is not that of the processes, or none of them has ever started.';
    return [finding('partitions', ['fail', saw, change])];
  }
  return [
    finding('partitions', [
      Number(isPartitions) === partitions ? 'ok' : 'fail',
      `${isPartitions} partitions, PARTITIONS here is ${partitions}`,
      `Set PARTITIONS=${isPartitions}: a process with another number does not start.`,
    ]),
    finding('layout', [
      Number(layout) === LAYOUT_VERSION ? 'ok' : 'fail',
      `layout ${layout}, this build uses ${LAYOUT_VERSION}`,
      'Use the build that the deployment was made with, or migrate it.',
    ]),
  ];
}
