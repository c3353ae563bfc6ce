/** Who sends what, where and when: decided before anything runs, so that a seed gives the same run again. */
import type { Kind } from './audience.ts';
import { createRandom, type Random } from './random.ts';

export interface PlanShape {
  seed: number;
  rooms: number;
  visitorsPerRoom: number;
  operatorsPerRoom: number;
  desks: number;
  /** Visitors, one room after the other, who send nothing and stay away once their connection is gone. */
  passersBy: number;
  /** Connections that post one message after the other. */
  httpSenders: number;
  messages: number;
  /** Over how long the messages are spread. */
  seconds: number;
  /** Share of the messages that go over sockets. */
  socketShare: number;
  /** Length of a text, in characters. */
  textChars: number;
}

export interface PlannedReader {
  name: string;
  role: 'client' | 'operator' | 'desk';
  /** Undefined at the desk. */
  room: number | undefined;
}

export interface PlannedSend {
  /** Its place in `sends`, and what its text starts with. */
  number: number;
  atMs: number;
  room: number;
  kind: Kind;
  /** Index of the HTTP sender, or name of the reader who sends it. One sender sends one after the other. */
  sender: number | string;
}

export interface Plan {
  /** They always come back, and have to receive everything. */
  readers: readonly PlannedReader[];
  passersBy: readonly PlannedReader[];
  sends: readonly PlannedSend[];
}

export const createPlan = (shape: PlanShape): Plan => {
  const readers = planReaders(shape);
  const random = createRandom(shape.seed);
  const times = Array.from({ length: shape.messages }, () => random() * shape.seconds * 1000);
  times.sort((one, other) => one - other);
  const perRoom = Map.groupBy(readers, ({ room }) => room);
  const sends = times.map((atMs, number): PlannedSend => {
    const room = random.below(shape.rooms);
    const people = random() < shape.socketShare ? (perRoom.get(room) ?? []) : [];
    const from = people.length > 0 ? overSocket(people, random) : overHttp(shape, random);
    return { number, atMs: Math.round(atMs), room, ...from };
  });
  return { readers, passersBy: planPassersBy(shape), sends };
};

const planReaders = ({ rooms, visitorsPerRoom, operatorsPerRoom, desks }: PlanShape) => {
  const readers: PlannedReader[] = [];
  for (let room = 0; room < rooms; room += 1) {
    for (let one = 0; one < visitorsPerRoom; one += 1)
      readers.push({ name: `visitor-${room}-${one}`, role: 'client', room });
    for (let one = 0; one < operatorsPerRoom; one += 1)
      readers.push({ name: `operator-${room}-${one}`, role: 'operator', room });
  }
  for (let one = 0; one < desks; one += 1)
    readers.push({ name: `desk-${one}`, role: 'desk', room: undefined });
  return readers;
};

const planPassersBy = ({ rooms, passersBy }: PlanShape): PlannedReader[] =>
  Array.from({ length: passersBy }, (_, one) => ({
    name: `passer-by-${one}`,
    role: 'client',
    room: one % rooms,
  }));

type From = Pick<PlannedSend, 'kind' | 'sender'>;

const overSocket = (people: readonly PlannedReader[], random: Random): From => {
  const { name, role } = random.of(people);
  return { kind: role === 'operator' && random() < 0.3 ? 'note' : 'standard', sender: name };
};

const httpKinds: readonly Kind[] = [
  ...Array.from({ length: 7 }, () => 'standard' as const),
  'note',
  'for-clients',
  'for-operators',
];

const overHttp = ({ httpSenders }: PlanShape, random: Random): From => ({
  kind: random.of(httpKinds),
  sender: random.below(httpSenders),
});
