/**
 * One reader in a hundred reads 1 KB/s until its edge has given it up. It is a desk: what a desk gets
 * outlasts what the kernels' buffers hold.
 */
import { latenciesOf } from '@switchboard/testkit';
import { sumMetric } from './edge-readings.ts';
import { imposeOn } from './links-of.ts';
import { judgeMemory } from './memory.ts';
import type { Scale, Scenario, Stage } from './scenario.ts';

const KiB = 1024;
const socketMaxBytes = 256 * KiB;
const processMaxBytes = 16 * KiB * KiB;
const closedAsSlow = 'switchboard_edge_sockets_closed_total{code="4002"}';

type Reader = Stage['ledger']['book']['readers'][number];

/** Resolves when the edges have closed them; from then on they read what was sent before. */
const slowDown = async (stage: Stage, names: readonly string[]): Promise<void> => {
  const { cluster, edgeProxies, ledger, until, expect } = stage;
  const closed = () => sumMetric(cluster.edges, closedAsSlow);
  const before = await closed();
  ledger.mark(`1 KB/s for ${names.length}`);
  const { links, lift } = imposeOn(edgeProxies, names, { kind: 'throttle', bytesPerS: 1000 });
  expect(links === names.length, `${links} connections of ${names.length} were found`);
  await until(
    'the slow are closed',
    async () => (await closed()) - before >= names.length,
    60_000,
  ).finally(lift);
  ledger.mark('closed');
};

/** The most that waited in one edge, seen every 100 ms. */
const watchBuffers = ({ cluster }: Stage): { stop(): number } => {
  let most = 0;
  const timer = setInterval(() => {
    for (const edge of cluster.edges)
      void sumMetric([edge], 'switchboard_edge_buffered_bytes').then(
        (bytes) => (most = Math.max(most, bytes)),
      );
  }, 100);
  return {
    stop: () => {
      clearInterval(timer);
      return most;
    },
  };
};

const roundMs = 30_000;
const roundsOf = ({ isLong, seconds }: Scale): number =>
  isLong ? Math.max(1, Math.floor((seconds * 1000) / roundMs)) : 1;
const slowAtATime = ({ ledger }: Stage): number => Math.round(ledger.roamers.length / 100);

/** Who is slowed down, round by round. */
const slowedIn = (stage: Stage): string[][] => {
  const desks = stage.ledger.roamers.filter(({ entry }) => entry.role === 'desk');
  const slow = slowAtATime(stage);
  const nameOf = (index: number) => desks[index % desks.length]!.entry.name;
  return Array.from({ length: roundsOf(stage.scale) }, (_, round) =>
    Array.from({ length: slow }, (__, index) => nameOf(round * slow + index)),
  );
};

const isClosing = ({ what }: Reader['marks'][number]): boolean => what === 'away';

const wasAway = ({ marks }: Reader): boolean => marks.some(isClosing);

export const slowReaders: Scenario = {
  name: 'slow-readers',
  shortSeconds: 8,
  patienceMs: 15_000,
  env: {
    SOCKET_BUFFER_MAX_BYTES: String(socketMaxBytes),
    SOCKET_BUFFER_SOFT_BYTES: String(socketMaxBytes / 4),
    BUFFERS_MAX_BYTES: String(processMaxBytes),
  },
  rehearses: true,
  shape: ({ isLong, seconds }) => ({
    rooms: isLong ? 245 : 47,
    visitorsPerRoom: 2,
    operatorsPerRoom: 0,
    desks: isLong ? 10 : 6,
    httpSenders: 16,
    messages: seconds * (isLong ? 60 : 180),
    socketShare: 0,
    textChars: 15_000,
  }),
  faults: async (stage) => {
    const { at, scale, figure, expect } = stage;
    const buffers = watchBuffers(stage);
    const slow = slowAtATime(stage);
    let bufferedBytes = 0;
    try {
      for (const [round, names] of slowedIn(stage).entries()) {
        await at(500 + round * roundMs);
        await slowDown(stage, names);
      }
      await at(scale.seconds * 1000);
    } finally {
      bufferedBytes = buffers.stop();
    }
    figure('slowAtATime', slow);
    figure('bufferedMaxKiB', bufferedBytes / KiB);
    // Over twice of it uWebSockets.js drops; the rest is what waits for others at the moment of a look.
    const boundBytes = (slow + 1) * 2 * socketMaxBytes;
    expect(bufferedBytes < boundBytes, `${bufferedBytes} bytes waited`);
    expect(bufferedBytes < processMaxBytes, 'more waited than the process may hold');
  },
  judge: async (stage) => {
    const { ledger, calm, expect, figure } = stage;
    const slow = ledger.book.readers.filter(wasAway);
    const codes = slow.flatMap(({ marks }) => marks.flatMap(({ closeCode }) => closeCode ?? []));
    figure('closedWith', [...new Set(codes)].join(' '));
    figure('closed', codes.length);
    const due = slowedIn(stage).flat();
    for (const [name, times] of Map.groupBy(due, (one) => one)) {
      const closed = slow.find((reader) => reader.name === name)?.marks.filter(isClosing).length;
      expect((closed ?? 0) >= times.length, `${name} was closed ${closed} times`);
    }
    // When this process stands still, readers whom nobody slowed down do not read either.
    const others = codes.length - due.length;
    figure('closedBesides', others);
    expect(others <= slowAtATime(stage), `${others} more sockets were closed`);
    expect(
      codes.every((code) => code === 4002),
      `closed with ${codes.join(' ')}`,
    );
    const names = new Set(slow.map(({ name }) => name));
    const areOthers = (reader: Reader) => !names.has(reader.name);
    const [before, after] = [calm!.book, ledger.book].map((book) => latenciesOf(book, areOthers));
    figure('othersCalmP99Ms', before!.p99Ms);
    figure('othersP99Ms', after!.p99Ms);
    const boundMs = Math.max(3 * before!.p99Ms, before!.p99Ms + 250);
    expect(
      after!.p99Ms < boundMs,
      `the others' p99 went from ${before!.p99Ms} to ${after!.p99Ms} ms`,
    );
    await judgeMemory(stage);
  },
};
