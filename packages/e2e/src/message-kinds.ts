/** The table "Who receives what", as far as it depends on a message's type: read off the contract. */
import { expect } from 'vitest';
import { clients, everyone, openScene, operators, type Member } from './scene.ts';
import type { Place } from './stage.ts';

export interface MessageKind {
  readonly kind: string;
  /** What a body says to be of this kind. */
  readonly fields: { readonly type: string; readonly type_role?: string };
  readonly hears: readonly Member[];
}

const systemFor = (role: string, hears: readonly Member[]): MessageKind => ({
  kind: `system for ${role}s`,
  fields: { type: 'system', type_role: role },
  hears,
});

export const standard: MessageKind = {
  kind: 'standard',
  fields: { type: 'standard' },
  hears: everyone,
};
export const bot: MessageKind = { kind: 'bot', fields: { type: 'bot' }, hears: everyone };
export const note: MessageKind = { kind: 'note', fields: { type: 'note' }, hears: operators };

export const messageKinds: readonly MessageKind[] = [
  standard,
  bot,
  note,
  systemFor('client', clients),
  systemFor('operator', operators),
];

/** Posts one message to a room where everybody is, and expects it at whom the table names, once. */
export const expectRouted = async (
  stage: Place,
  { fields, hears }: Pick<MessageKind, 'fields' | 'hears'>,
): Promise<void> => {
  const scene = await openScene(stage);
  const message = { ...fields, id: stage.name('message') };
  const { event_id } = await stage.backend.say(scene.chatId, message);
  await scene.fence();
  expect(scene.whoGot(event_id)).toEqual(hears);
  expect(scene.frameOf(hears[0]!, event_id).event).toBe('messageAdded');
};
