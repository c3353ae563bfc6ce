/** The storm with the published client: as many as may be, in one process, all on the edge that dies. */
import { createClientReader } from './client-reader.ts';
import { noteReturn, storm } from './edge-scenarios.ts';
import type { Scenario } from './scenario.ts';

/** In the long form 1 000 clients; they write as well, over their sockets. */
export const clientStorm: Scenario = {
  ...storm,
  name: 'client-storm',
  createReader: createClientReader,
  shape: ({ isLong, seconds }) =>
    isLong
      ? { rooms: 100, visitorsPerRoom: 9, operatorsPerRoom: 1, messages: seconds * 60 }
      : { rooms: 20, visitorsPerRoom: 4, operatorsPerRoom: 1, messages: seconds * 40 },
  shortSeconds: 3,
  rehearses: false,
  judge: (stage) => {
    const lastBackMs = noteReturn(stage);
    stage.expect(lastBackMs < 20_000, `the last came back after ${Math.round(lastBackMs)} ms`);
  },
};
