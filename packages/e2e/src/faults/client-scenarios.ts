/** Clients whose connections break again and again. */
import type { Scenario } from './scenario.ts';

export const cutAgain: Scenario = {
  name: 'cut-again',
  shortSeconds: 8,
  isDirect: true,
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
