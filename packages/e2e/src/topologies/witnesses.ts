/** Talk in several chats while Redis changes under it, and what those who listened make of it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Backend } from '../backend.ts';
import type { Cast, Player } from '../cast.ts';

export interface Witness {
  readonly who: string;
  readonly player: Player;
  /** Whether a message of this chat is for them. */
  readonly hears: (chatId: string) => boolean;
}

export interface Said {
  readonly chatId: string;
  readonly id: string;
}

/** A visitor on one edge and an operator on the other for each chat, and a desk on each edge. */
export const gather = async (cast: Cast, chatIds: readonly string[]): Promise<Witness[]> => {
  const inRooms = chatIds.flatMap((chatId) => {
    const hears = (other: string) => other === chatId;
    return [
      { who: `visitor of ${chatId}`, opening: cast.visitor(chatId, { edge: 0 }), hears },
      { who: `operator of ${chatId}`, opening: cast.operator(chatId, { edge: 1 }), hears },
    ];
  });
  const atDesks = [0, 1].map((edge) => ({
    who: `desk ${edge}`,
    opening: cast.desk({ edge }),
    hears: () => true,
  }));
  return Promise.all(
    [...inRooms, ...atDesks].map(async ({ opening, ...witness }) => ({
      ...witness,
      player: await opening,
    })),
  );
};

const everyMs = 20;

/** Posts in every chat, one message after the other, each again under its id until it is accepted. */
export const startTalk = (backend: Backend, chatIds: readonly string[]) => {
  const said: Said[] = [];
  let going = true;
  const talk = async (chatId: string) => {
    for (let number = 0; going; number += 1) {
      const id = `${chatId}-${number}`;
      const body = { id, chat_id: chatId, type: 'standard', text: id };
      while ((await backend.call('POST', '/message', { body })).status !== 200)
        await delay(everyMs);
      said.push({ chatId, id });
      await delay(everyMs);
    }
  };
  const talks = Promise.all(chatIds.map(talk));
  return {
    said,
    stop: async (): Promise<readonly Said[]> => {
      going = false;
      await talks;
      return said;
    },
  };
};

/** Told to reload: closed in a room, `connected` once more at the desk. */
const wasTold = ({ player }: Witness): boolean =>
  player.ws.readyState !== player.ws.OPEN || player.all('connected').length > 1;

/** What is wrong with what each of them heard: nothing, when every list is empty. */
export const complaints = async (
  witnesses: readonly Witness[],
  said: readonly Said[],
): Promise<string[]> => {
  const found = await Promise.all(witnesses.map((witness) => complaintsOf(witness, said)));
  return found.flat();
};

const patienceMs = 6_000;

const complaintsOf = async (witness: Witness, said: readonly Said[]): Promise<string[]> => {
  const wanted = said.filter(({ chatId }) => witness.hears(chatId)).map(({ id }) => id);
  const missing = () => wanted.filter((id) => !heardBy(witness).includes(id));
  const deadline = performance.now() + patienceMs;
  while (missing().length > 0 && !wasTold(witness) && performance.now() < deadline) await delay(50);
  const heard = heardBy(witness);
  const twice = heard.length !== new Set(heard).size;
  return [
    ...(twice ? [`${witness.who} heard something twice`] : []),
    ...(isOrdered(heard) ? [] : [`${witness.who} heard something out of order`]),
    ...(wasTold(witness) ? [] : missing().map((id) => `${witness.who} missed ${id}`)),
  ];
};

const heardBy = ({ player }: Witness): string[] =>
  player.all('messageAdded').map(({ data }) => data.message.id as string);

/** Within each chat; a desk hears several. */
const isOrdered = (heard: readonly string[]): boolean => {
  const byChat = Map.groupBy(heard, (id) => id.slice(0, id.lastIndexOf('-')));
  return [...byChat.values()].every((ids) => {
    const numbers = ids.map((id) => Number(id.slice(id.lastIndexOf('-') + 1)));
    return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] as number));
  });
};
