import type { Chat } from '../entities/chat.ts';
import { type ChatFacts, type RememberedField, rememberedFields } from './chat-facts.ts';
import { chatForOperators } from './projections.ts';

const remembered: ReadonlySet<string> = new Set(rememberedFields);

/** What a Chat, from a body or in a message, lets the gateway remember; the rest is for this event only. */
export function chatFacts(chat: Chat): ChatFacts {
  const shown = chatForOperators(chat);
  const fragments: Partial<Record<RememberedField, string>> = {};
  const rest: string[] = [];
  for (const [field, value] of Object.entries(shown)) {
    if (value === undefined || field === 'id') continue;
    const json = JSON.stringify(value);
    if (isRemembered(field)) fragments[field] = json;
    else rest.push(`${JSON.stringify(field)}:${json}`);
  }
  return { chatId: chat.id, remembered: fragments, rest: rest.join(','), ...routingOf(chat) };
}

function isRemembered(field: string): field is RememberedField {
  return remembered.has(field);
}

function routingOf({ widget, department, operator_user, status, version }: Chat) {
  return {
    ...(widget !== undefined && { widgetId: widget?.id ?? '' }),
    ...(department !== undefined && { departmentId: department?.id ?? '' }),
    ...(operator_user !== undefined && { operatorId: operator_user?.id ?? '' }),
    ...(typeof status === 'string' && { closed: status === 'closed' }),
    ...(typeof version === 'number' && { version }),
  };
}
