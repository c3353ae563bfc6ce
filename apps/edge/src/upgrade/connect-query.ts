/** The query of a connect, read. Total: a wrong value is named, never guessed. */
export interface ConnectQuery {
  readonly chatId?: string;
  readonly since?: string;
  readonly history?: number;
  readonly observe: boolean;
  /** `<name/version>` of the connecting program, shown in OperatorSession. */
  readonly app?: string;
}

export interface QueryLimits {
  readonly idMaxChars: number;
  readonly historyMaxEvents: number;
  readonly wordMaxChars: number;
}

export type QueryResult =
  | { readonly ok: true; readonly query: ConnectQuery }
  | { readonly ok: false; readonly field: string; readonly rule: string };

export function readConnectQuery(params: URLSearchParams, limits: QueryLimits): QueryResult {
  const chatId = params.get('chat_id') ?? undefined;
  if (chatId !== undefined && !isId(chatId, limits.idMaxChars)) {
    return wrong('chat_id', `must have 1 to ${limits.idMaxChars} characters`);
  }
  const history = readHistory(params.get('history'), limits.historyMaxEvents);
  if (history === undefined) {
    return wrong('history', `must be a whole number from 0 to ${limits.historyMaxEvents}`);
  }
  const app = params.get('app') ?? undefined;
  if (app !== undefined && !isPrintable(app, limits.wordMaxChars)) {
    return wrong(
      'app',
      `must have at most ${limits.wordMaxChars} characters, none of them a control`,
    );
  }
  // A `since` is never a reason to refuse: what cannot be honoured is told by `resumed: false`.
  const since = params.get('since') ?? undefined;
  const query = {
    observe: params.get('observe') === '1',
    ...(chatId !== undefined && { chatId }),
    ...(since !== undefined && { since }),
    ...(history > 0 && { history }),
    ...(app !== undefined && app !== '' && { app }),
  };
  return { ok: true, query };
}

function isId(text: string, maxChars: number): boolean {
  return text !== '' && text.length <= maxChars && text.isWellFormed();
}

/** Of a program's own choice, and shown to people: no line breaks, no escape sequences of terminals. */
function isPrintable(text: string, maxChars: number): boolean {
  return text.length <= maxChars && !/\p{Cc}/u.test(text);
}

function readHistory(text: string | null, max: number): number | undefined {
  if (text === null || text === '') return 0;
  if (!/^\d{1,6}$/u.test(text)) return undefined;
  return Number(text) <= max ? Number(text) : undefined;
}

function wrong(field: string, rule: string): QueryResult {
  return { ok: false, field, rule };
}
