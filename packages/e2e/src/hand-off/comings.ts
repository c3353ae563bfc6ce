/** What the backend was told of who came and went: of everybody the truth comes last. */
import type { Ledger } from '@switchboard/testkit';
import type { Stage } from '../faults/scenario.ts';

type Roamer = Ledger['roamers'][number];

/** A lease of 10 s, the cleaners, a grace of 5 s, a backoff of the outbox, and a busy machine. */
const patienceMs = 45_000;

export const judgeComings = async (stage: Stage): Promise<void> => {
  const { backend, ledger, until, expect, figure } = stage;
  const inRooms = [...ledger.roamers, ...ledger.passersBy].filter(
    ({ entry }) => entry.room !== undefined,
  );
  const wrong = () => {
    const last = lastTold(backend!);
    return inRooms.filter((roamer) => last.get(keyOf(roamer)) !== dueOf(roamer));
  };
  figure(
    'comingsToldMs',
    await until('the backend knows who is there', () => wrong().length === 0, patienceMs).catch(
      () => patienceMs,
    ),
  );
  const names = wrong().map(({ entry }) => entry.name);
  expect(names.length === 0, `the backend is wrong about ${names.slice(0, 5).join(' ')}`);
  figure('gone', inRooms.filter((roamer) => !roamer.isLive()).length);
};

const keyOf = ({ entry }: Roamer): string => `room-${entry.room} ${entry.name}`;

const dueOf = (roamer: Roamer): string => (roamer.isLive() ? 'userConnected' : 'userDisconnected');

const lastTold = ({ events }: NonNullable<Stage['backend']>): ReadonlyMap<string, string> =>
  new Map(
    [...events.values()]
      .filter(({ frame }) => /^user(Disc|C)onnected$/u.test(frame.event))
      .map(({ frame }) => [`${frame.chat_id} ${frame.data.user.id}`, frame.event]),
  );
