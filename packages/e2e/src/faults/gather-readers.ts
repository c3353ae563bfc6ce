/** Everybody who takes part in a scenario, joined. */
import { openLedger, type Cluster, type Ledger, type PlanShape } from '@switchboard/testkit';
import type { Scale, Scenario } from './scenario.ts';

const defaultShape: Omit<PlanShape, 'seed' | 'seconds'> = {
  rooms: 20,
  visitorsPerRoom: 3,
  operatorsPerRoom: 1,
  desks: 3,
  passersBy: 0,
  httpSenders: 8,
  messages: 500,
  socketShare: 0.4,
  textChars: 60,
};

export interface Readers {
  readonly scenario: Scenario;
  readonly cluster: Cluster;
  /** Where the edges are reached, in their order. */
  readonly fronts: readonly string[];
  /** Where the ingresses are reached. */
  readonly calls: readonly string[];
}

export const gatherReaders = (readers: Readers, scale: Scale): Promise<Ledger> => {
  const { scenario, fronts } = readers;
  const edges = scenario.startsOnFirstEdge === true ? fronts.slice(0, 1) : fronts;
  return openOn(edges, readers, { scale, roomName: 'room' });
};

/** On the edges where they will be in the end, and in other rooms. */
export const gatherForRehearsal = (readers: Readers, scale: Scale): Promise<Ledger> => {
  const { scenario, fronts } = readers;
  const edges = scenario.startsOnFirstEdge === true ? fronts.slice(1) : fronts;
  return openOn(edges, readers, { scale, roomName: 'rehearsal' });
};

const openOn = (
  edges: readonly string[],
  { scenario, cluster, calls }: Readers,
  { scale, roomName }: { scale: Scale; roomName: string },
): Promise<Ledger> => {
  const { seed, seconds, isLong } = scale;
  const silenceMaxMs = isLong ? undefined : scenario.shortSilenceMaxMs;
  return openLedger({
    ...cluster,
    shape: { ...defaultShape, ...scenario.shape(scale), seed, seconds },
    edges,
    ingresses: calls,
    roomName,
    ...(silenceMaxMs !== undefined && { silenceMaxMs }),
    ...(scenario.createReader !== undefined && { createReader: scenario.createReader }),
  });
};
