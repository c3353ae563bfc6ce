import type { Sources } from '../entities/sources.ts';
import type { ChatFacts } from './chat-facts.ts';

/** What the source filter looks at: absent = unknown, `''` = known to have none. */
export type ChatSource = Pick<ChatFacts, 'widgetId' | 'departmentId' | 'operatorId'>;

/**
 * Whether an operator's session is pushed a chat's events. By default every operator gets every
 * chat; with sources set: the chat's widget must be among them, and its department if it has one.
 * The assigned operator always gets it.
 */
export function sourcesMatch(
  sources: Sources | null | undefined,
  chat: ChatSource,
  operatorId: string,
): boolean {
  if (!sources) return true;
  if (chat.operatorId === operatorId) return true;
  return (
    holdsWidget(sources.widgets, chat.widgetId) &&
    holdsDepartment(sources.departments, chat.departmentId)
  );
}

function holdsWidget(widgets: Sources['widgets'], id: string | undefined): boolean {
  return widgets === null || (Boolean(id) && widgets.some((widget) => widget.id === id));
}

function holdsDepartment(departments: Sources['departments'], id: string | undefined): boolean {
  return departments === null || !id || departments.some((department) => department.id === id);
}
