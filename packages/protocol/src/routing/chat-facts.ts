/**
 * What the gateway remembers of a chat, as encoded JSON fragments: the source filter and
 * `data.chat` on `/broadcast` are made of them. Absent = nothing was said of it, `null` in a
 * fragment = known to be empty.
 */
export interface ChatFacts {
  readonly chatId: string;
  /** Remembered fields: name → encoded JSON. Merged field by field. */
  readonly remembered: Readonly<Partial<Record<RememberedField, string>>>;
  /** All other fields that were given, as encoded JSON members without braces (`"subject":"x"`): joined into this event only. */
  readonly rest: string;
  /** Ids for the source filter: `''` = known to have none, absent = not said. */
  readonly widgetId?: string;
  readonly departmentId?: string;
  readonly operatorId?: string;
  /** Known as closed or open again; absent = not said. */
  readonly closed?: boolean;
  /** A lower version than the remembered one changes nothing in the memory. */
  readonly version?: number;
}

export const rememberedFields = [
  'status',
  'widget',
  'department',
  'operator_user',
  'client_user',
  'channel',
  'version',
] as const;

export type RememberedField = (typeof rememberedFields)[number];
