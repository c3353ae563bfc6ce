/** What several scenarios send, and what they all expect. */
import type { Scenario, Stage } from './scenario.ts';

export const sustained: Scenario['shape'] = ({ isLong, seconds }) =>
  isLong ? { rooms: 200, messages: seconds * 200 } : {};

export const noSocketClosed = ({ ledger, expect }: Stage): void => {
  const closed = ledger.book.readers.flatMap(({ marks }) =>
    marks.filter(({ what }) => what === 'away'),
  );
  expect(closed.length === 0, `${closed.length} sockets were closed`);
};
