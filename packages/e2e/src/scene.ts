/**
 * A chat with everybody whom the routing table names, spread over both edges, and two who must never
 * hear of it. `fence` makes absence provable: there is one order within a chat, so once everybody has
 * the fence, what was accepted before it and has not come does not come.
 */
import type { Frame } from '@switchboard/testkit';
import type { Player } from './cast.ts';
import type { Place } from './stage.ts';

export const clients = ['visitor', 'secondTab', 'guest'] as const;
export const operators = ['operator', 'colleague'] as const;
export const desks = ['desk', 'farDesk'] as const;
export const everyone = [...clients, ...operators, ...desks] as const;
const strangers = ['strangeVisitor', 'strangeOperator'] as const;

/** Who is in the chat, in the order in which `whoGot` names them. */
export type Member = (typeof everyone)[number];
type Part = Member | (typeof strangers)[number];

const parts: readonly Part[] = [...everyone, ...strangers];

export interface Scene extends Readonly<Record<Part, Player>> {
  readonly chatId: string;
  /** Resolves when everybody has a message that is sent now. */
  fence(): Promise<void>;
  /** Who got a frame that fits (or has this event id): a name for each time. */
  whoGot(wanted: string | ((frame: Frame) => boolean)): string[];
  /** The frame of this event as this member got it. */
  frameOf(member: Member, eventId: string): Frame;
}

export const openScene = async (stage: Place): Promise<Scene> => {
  const { cast, name } = stage;
  const chatId = name('chat');
  const elsewhere = name('chat');
  const visitor = await cast.visitor(chatId, { edge: 0 });
  const others = await Promise.all([
    cast.visitor(chatId, { edge: 1, id: visitor.id }),
    cast.visitor(chatId, { edge: 1 }),
    cast.operator(chatId, { edge: 0 }),
    cast.operator(chatId, { edge: 1 }),
    cast.desk({ edge: 0 }),
    cast.desk({ edge: 1 }),
    cast.visitor(elsewhere, { edge: 1 }),
    cast.operator(elsewhere, { edge: 0 }),
  ]);
  const players = Object.fromEntries(
    [visitor, ...others].map((player, index) => [parts[index], player]),
  ) as Record<Part, Player>;
  const whoGot: Scene['whoGot'] = (wanted) => {
    const fits = typeof wanted === 'string' ? (frame: Frame) => frame.event_id === wanted : wanted;
    return parts.flatMap((part) => players[part].all(fits).map(() => part));
  };
  const frameOf: Scene['frameOf'] = (member, eventId) => {
    const [frame] = players[member].all(({ event_id }) => event_id === eventId);
    if (frame === undefined) throw new Error(`${member} did not get ${eventId}`);
    return frame;
  };
  const fence = () => raiseFence(stage, players, [chatId, elsewhere]);
  return { ...players, chatId, fence, whoGot, frameOf };
};

const raiseFence = async (
  { backend }: Place,
  players: Record<Part, Player>,
  [chatId, elsewhere]: [string, string],
): Promise<void> => {
  const here = await backend.say(chatId);
  const there = await backend.say(elsewhere);
  const waits = parts.map((part) => {
    const { event_id } = strangers.some((stranger) => stranger === part) ? there : here;
    return players[part].next((frame) => frame.event_id === event_id);
  });
  await Promise.all(waits);
};
