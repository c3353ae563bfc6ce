/** Our own client as a program, as a client of another language would be: lines in, lines out. */
import { createInterface } from 'node:readline';
import { connectChat, connectDesk, type ChatConnection } from '@switchboard/client';

const tell = (...line: readonly string[]) => void process.stdout.write(`${JSON.stringify(line)}\n`);
const tokens: ((token: string) => void)[] = [];
const leaving = new AbortController();
let chat: ChatConnection | undefined;

const token = () => {
  tell('token');
  return new Promise<string>((resolve) => tokens.push(resolve));
};
const listen = (connection: Pick<ChatConnection, 'on'>) => {
  connection.on('frame', ({ event, event_id: eventId = '' }) => tell('event', event, eventId));
  connection.on('reload', () => tell('reload'));
  connection.on('state', ({ state }) => state === 'closed' && tell('ended'));
};

const commands: Readonly<Record<string, (first: string, second: string) => void>> = {
  connect(url, chatId) {
    chat = connectChat({ url, chatId, token, signal: leaving.signal });
    listen(chat);
  },
  desk: (url) => listen(connectDesk({ url, token, signal: leaving.signal })),
  token: (token) => tokens.shift()?.(token),
  send(id, text) {
    void chat?.sendMessage({ client_message_id: id, text }).then(
      (message) => tell('accepted', id, message.id),
      (error: { code: string }) => tell('refused', id, error.code),
    );
  },
  close: () => leaving.abort(),
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const [command, first = '', second = ''] = JSON.parse(line) as string[];
  commands[command ?? '']?.(first, second);
});
