/** Our own client as a program, as a client of another language would be: lines in, lines out. */
import { createInterface } from 'node:readline';
import { connectChat, type ChatConnection } from '@switchboard/client';

const tell = (...line: readonly string[]) => void process.stdout.write(`${JSON.stringify(line)}\n`);
const tokens: ((token: string) => void)[] = [];
let chat: ChatConnection | undefined;

const commands: Readonly<Record<string, (first: string, second: string) => void>> = {
  connect(url, chatId) {
    const token = () => {
      tell('token');
      return new Promise<string>((resolve) => tokens.push(resolve));
    };
    chat = connectChat({ url, chatId, token });
    chat.on('frame', ({ event, event_id: eventId = '' }) => tell('event', event, eventId));
    chat.on('reload', () => tell('reload'));
    chat.on('state', ({ state }) => state === 'closed' && tell('ended'));
  },
  token: (token) => tokens.shift()?.(token),
  send(id, text) {
    void chat?.sendMessage({ client_message_id: id, text }).then(
      (message) => tell('accepted', id, message.id),
      (error: { code: string }) => tell('refused', id, error.code),
    );
  },
  close: () => chat?.close(),
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const [command, first = '', second = ''] = JSON.parse(line) as string[];
  commands[command ?? '']?.(first, second);
});
