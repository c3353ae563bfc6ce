/** Clients whose connections break again and again, and clients that read slowly. */
import { latenciesOf } from '@switchboard/testkit';
import type { Scenario } from './scenario.ts';

export const cutAgain: Scenario = {
  name: 'cut-again',
  shortSeconds: 8,
  shape: ({ isLong, seconds }) =>
    isLong
      ? { rooms: 1000, visitorsPerRoom: 9, operatorsPerRoom: 1, messages: seconds * 100 }
      : { rooms: 40, messages: 600 },
  faults: async ({ at, ledger, scale, random }) => {
    const everyMs = scale.isLong ? 15_000 : 3000;
    const awayMs = scale.isLong ? 2000 : 800;
    const endMs = scale.seconds * 1000 - awayMs;
    const { roamers } = ledger;
    const phases = roamers.map(() => random() * everyMs);
    for (let roundMs = 0; roundMs < endMs; roundMs += 100) {
      await at(roundMs);
      for (const [index, roamer] of roamers.entries()) {
        const phaseMs = (roundMs + phases[index]!) % everyMs;
        if (phaseMs < 100) roamer.cut(awayMs + random() * awayMs);
      }
    }
  },
  judge: ({ ledger, figure }) => {
    const away = ledger.book.readers.flatMap(({ marks }) =>
      marks.filter(({ what }) => what === 'away'),
    );
    figure('cuts', away.length);
  },
};

/**
 * One of six desks reads 1 KB/s of what the others read at once, until the edge has given it up. A desk,
 * because its log outlasts what the kernel's buffers hold.
 */
export const slowReaders: Scenario = {
  name: 'slow-readers',
  shortSeconds: 8,
  patienceMs: 15_000,
  env: { SOCKET_BUFFER_MAX_BYTES: '262144' },
  shape: () => ({
    visitorsPerRoom: 1,
    operatorsPerRoom: 0,
    desks: 6,
    httpSenders: 16,
    messages: 1500,
    socketShare: 0,
    textChars: 15_000,
  }),
  faults: async ({ at, edgeProxies, ledger, scale }) => {
    await at(500);
    ledger.mark('1 KB/s for one');
    const [proxy] = edgeProxies;
    const slow = proxy!.links.find(({ opening }) => opening.includes('/broadcast'))!.number;
    const lift = proxy!.impose(
      { kind: 'throttle', bytesPerS: 1000 },
      (link) => link.number === slow,
    );
    await at(scale.seconds * 1000);
    ledger.mark('fast again');
    lift();
  },
  judge: ({ ledger, expect, figure }) => {
    const slow = ledger.book.readers.filter(({ marks }) =>
      marks.some(({ what }) => what === 'away'),
    );
    const codes = slow.flatMap(({ marks }) => marks.flatMap(({ closeCode }) => closeCode ?? []));
    figure('closedWith', codes.join(' '));
    expect(slow.length === 1, `${slow.length} readers were closed`);
    const others = latenciesOf(
      ledger.book,
      (reader) => reader.role === 'desk' && !slow.includes(reader),
    );
    figure('othersP99Ms', others.p99Ms);
  },
};
