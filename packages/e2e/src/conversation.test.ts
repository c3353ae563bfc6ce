import { describe, test } from 'vitest';
import { expectConversation } from './conversation.ts';
import { raiseStage } from './stage.ts';

const stage = raiseStage();

describe('a conversation of 10 000 messages', () => {
  test('arrives complete, once and in one order at every member and operator', async () => {
    await expectConversation(stage, {
      rooms: 50,
      shares: { visitor: 70, operator: 70, backend: 60 },
    });
  });
});
