/** The published client as a reader of the ledger: what it gives to its listeners is what is written down. */
import {
  ClientError,
  connectChat,
  connectDesk,
  type ChatConnection,
  type DeskConnection,
} from '@switchboard/client';
import type { LedgerOptions } from '@switchboard/testkit';

type CreateReader = NonNullable<LedgerOptions['createReader']>;
type ReaderOptions = Parameters<CreateReader>[0];
type Reader = ReturnType<CreateReader>;
type Answer = Awaited<ReturnType<Reader['send']>>;

export const createClientReader: CreateReader = (options) => {
  const { entry, call, now, comesBack } = options;
  const chat =
    call.role === 'desk' ? undefined : connectChat({ ...common(options), chatId: call.chatId! });
  const connection: ChatConnection | DeskConnection = chat ?? connectDesk(common(options));
  const joined = Promise.withResolvers<void>();
  const departures: Reader['departures'][number][] = [];
  /** What came of one's own messages, by their `client_message_id`. */
  const own = new Map<string, Pick<Answer, 'eventId' | 'position'>>();
  const mark = (what: Mark['what'], more: Partial<Mark> = {}) =>
    void entry.marks.push({ what, atMs: now(), receipts: entry.numbers.length, ...more });

  connection.on('connected', ({ position, resumed }) => {
    if (entry.marks.length === 0) mark('joined', { position });
    else mark(resumed === true ? 'back' : 'told', { position });
    joined.resolve();
  });
  connection.on('state', ({ state, previous }) => {
    if (state !== 'waiting' || previous === 'connecting') return;
    mark('away');
    if (!comesBack) connection.close();
  });
  connection.on('messageAdded', ({ message }, { event_id: eventId = '', position = '' }) => {
    entry.numbers.push(Number.parseInt(message.text?.slice(1) ?? '', 10));
    entry.timesMs.push(Math.round(now()));
    entry.eventIds.push(eventId);
    entry.positions.push(position);
    if (message.client_message_id != null)
      own.set(message.client_message_id, { eventId, position });
  });
  chat?.on('userDisconnected', ({ user }) => void departures.push({ user: user.id, atMs: now() }));

  const isLive = () => connection.state === 'live' || connection.state === 'catchingUp';
  return {
    entry,
    departures,
    isLive,
    joined: joined.promise,
    async send(number, message) {
      const id = `c${number}`;
      const outcome = await settle(chat, { ...message, client_message_id: id });
      return { ...outcome, ...own.get(id) };
    },
    cut: () => {
      throw new Error('the client has no way to break its own connection');
    },
    // It looks after its connection by itself.
    giveUpAfter: () => undefined,
    leave: () => connection.close(),
  };
};

type Mark = Reader['entry']['marks'][number];

const common = ({ call, nextEdge }: ReaderOptions) => ({
  url: () => {
    const edge = nextEdge();
    if (edge === undefined) throw new Error('there is no edge');
    return edge;
  },
  token: () => call.token,
  app: call.name,
});

/** As an application does it that wants its message to arrive: what may succeed later is given again. */
const settle = async (
  chat: ChatConnection | undefined,
  message: object,
): Promise<Pick<Answer, 'outcome' | 'attempts'>> => {
  for (let attempts = 1; ; attempts += 1) {
    try {
      await chat?.sendMessage(message);
      return { outcome: 'accepted', attempts };
    } catch (error) {
      const isOver = chat?.state === 'closed';
      if (isOver) return { outcome: 'open', attempts };
      if (!(error instanceof ClientError && error.retryable))
        return { outcome: 'refused', attempts };
    }
  }
};
