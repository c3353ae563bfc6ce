/**
 * A raw WebSocket for a terminal: `node socket.ts <url> <token>`. Prints each frame on a line of its own. A
 * line typed in is sent: JSON as it is, other text as a message.
 */
import { createInterface } from 'node:readline';

const [url, token] = process.argv.slice(2);
if (url === undefined || token === undefined) {
  process.stderr.write('Usage: node socket.ts <ws://…/chat?chat_id=…> <token>\n');
  process.exit(64);
}

const pingIntervalMs = 25_000;
const socket = new WebSocket(url, ['bearer', token]);

const toFrame = (line: string): string =>
  line.trimStart().startsWith('{')
    ? line
    : JSON.stringify({ event: 'sendMessage', data: { text: line } });

socket.addEventListener('open', () => {
  createInterface({ input: process.stdin }).on('line', (line) => {
    if (line.trim() !== '') socket.send(toFrame(line));
  });
  setInterval(() => socket.send('{"event":"ping","data":{}}'), pingIntervalMs).unref();
});
socket.addEventListener('message', ({ data }) => process.stdout.write(`${String(data)}\n`));
socket.addEventListener('error', () => process.stderr.write(`No connection to ${url}\n`));
socket.addEventListener('close', ({ code, reason }) => {
  process.stderr.write(`closed: ${code} ${reason}\n`);
  process.exit(code === 1000 ? 0 : 1);
});
process.on('SIGINT', () => socket.close(1000));
