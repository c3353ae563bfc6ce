/** What the end-to-end suite tells at length, in a minute: for sites that take long to start. */
import { test } from 'vitest';
import { expectConversation } from '../conversation.ts';
import { expectRouted, messageKinds } from '../message-kinds.ts';
import type { Place } from '../stage.ts';

/** Call it in a `describe`: it registers the tests. */
export const tellShortStory = (stage: Place): void => {
  test('a conversation arrives complete, once and in one order at everybody', async () => {
    await expectConversation(stage, {
      rooms: 5,
      shares: { visitor: 20, operator: 20, backend: 20 },
    });
  });

  test.each(messageKinds)(
    'a message of kind $kind goes to whom the table names, once',
    async (kind) => {
      await expectRouted(stage, kind);
    },
  );
};
