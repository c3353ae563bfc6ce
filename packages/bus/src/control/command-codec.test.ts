import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ControlCommand } from '../contract.ts';
import { decodeCommand, encodeCommand } from './command-codec.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

const commands: ControlCommand[] = [
  { kind: 'disconnect', revoke: false, userId: '5' },
  { kind: 'disconnect', revoke: true, sessionId: 's', chatId: 'c', reason: 'spam "quoted" ä' },
  {
    kind: 'sources',
    operatorId: '9',
    sourcesJson: '{"widgets":null,"departments":[]}',
    position: '0:1-0.a',
  },
  { kind: 'drain', nodeId: 'edge-1' },
];

test.each(commands)('$kind comes back as it was sent', (command) => {
  for (const asked of [true, false]) {
    expect(decodeCommand(bytes(encodeCommand({ command, asked })))).toEqual({ command, asked });
  }
});

test.each([
  'nonsense',
  'null',
  '[]',
  '{}',
  '{"command":null}',
  '{"command":{"kind":"explode"}}',
  '{"command":{"kind":"drain"}}',
  '{"command":{"kind":"drain","nodeId":5}}',
  '{"command":{"kind":"sources","operatorId":"9"}}',
  '{"command":{"kind":"sources","operatorId":"9","sourcesJson":"{}"}}',
  '{"command":{"kind":"disconnect","userId":"5"}}',
  '{"command":{"kind":"disconnect","revoke":true,"userId":5}}',
])('%s is no command', (payload) => {
  expect(decodeCommand(bytes(payload))).toBeUndefined();
});

test('whatever the bytes are, they are a known command or none', () => {
  const kinds = ['disconnect', 'sources', 'drain', undefined];
  const payload = fc.oneof(fc.uint8Array(), fc.json().map(bytes));
  const property = fc.property(payload, (given) => {
    expect(kinds).toContain(decodeCommand(given)?.command.kind);
  });
  fc.assert(property);
});
