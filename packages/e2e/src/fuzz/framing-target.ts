/** WebSocket frames as bytes: fragments, wrong masks, reserved bits, lengths that lie, control frames in between. */
import { closeCodes } from '@switchboard/protocol';
import { mintToken } from '@switchboard/testkit';
import fc from 'fast-check';
import { clientFrameExamples } from './examples.ts';
import { inParallel } from './in-parallel.ts';
import { mutatedBytes } from './mutate.ts';
import { exchange } from './raw-http.ts';
import { count, show, type Report, type Tally, type Target } from './target.ts';
import { readFrames, requestOf } from './upgrade-wire.ts';

interface WireFrame {
  readonly fin: boolean;
  readonly reserved: number;
  readonly opcode: number;
  readonly masked: boolean;
  /** How the length is written; `undefined`: as it should be. */
  readonly form: 7 | 16 | 64 | undefined;
  /** What the length says more than there is. */
  readonly lie: number;
  readonly payload: Buffer;
}

const payload = fc.oneof(
  { weight: 4, arbitrary: mutatedBytes(clientFrameExamples) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 130 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(0, 125, 126, 65_535, 65_536, 131_072, 131_073)
      .map((size) => Buffer.alloc(size, 0x20)),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(0, 999, 1000, 1004, 1005, 1006, 1015, 2999, 3000, 4001, 65_535)
      .map(closePayload),
  },
);

function closePayload(code: number): Buffer {
  const bytes = Buffer.from([0, 0, 0xff, 0x41]);
  bytes.writeUInt16BE(code);
  return bytes;
}

const mostly = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );

const wireFrame: fc.Arbitrary<WireFrame> = fc.record({
  fin: mostly(true, false),
  reserved: mostly(0, 1, 2, 4, 7),
  // Mostly what is taken: a frame that is none ends the connection, and what follows is not read.
  opcode: fc.oneof(
    { weight: 16, arbitrary: fc.constant(1) },
    { weight: 4, arbitrary: fc.constantFrom(0, 2, 8, 9, 10) },
    { weight: 1, arbitrary: fc.nat(15) },
  ),
  masked: mostly(true, false),
  form: mostly<WireFrame['form']>(undefined, 7, 16, 64),
  lie: mostly(0, 1, -1, 200_000, 2 ** 31, 2 ** 53 - 1),
  payload,
});

const mask = Buffer.from([0x12, 0x34, 0x56, 0x78]);

const encode = ({
  fin,
  reserved,
  opcode,
  masked,
  form,
  lie,
  payload: bytes,
}: WireFrame): Buffer => {
  const length = Math.max(0, bytes.length + lie);
  const usual = length < 126 ? 7 : length < 65_536 ? 16 : 64;
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  const head = [Buffer.from([first]), lengthOf(length, form ?? usual, masked)];
  if (!masked) return Buffer.concat([...head, bytes]);
  return Buffer.concat([...head, mask, bytes.map((byte, index) => byte ^ mask[index % 4]!)]);
};

const lengthOf = (length: number, form: 7 | 16 | 64, masked: boolean): Buffer => {
  const bit = masked ? 0x80 : 0;
  if (form === 7) return Buffer.from([bit | Math.min(length, 125)]);
  const bytes = Buffer.alloc(form === 16 ? 3 : 9);
  bytes[0] = bit | (form === 16 ? 126 : 127);
  if (form === 16) bytes.writeUInt16BE(Math.min(length, 65_535), 1);
  else bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
};

const fence = encode({
  fin: true,
  reserved: 0,
  opcode: 1,
  masked: true,
  form: undefined,
  lie: 0,
  payload: Buffer.from('{"event":"ping","data":{},"id":"fence"}'),
});

/** A frame that says that it is longer waits for more: nothing comes then. */
const waitMs = 400;
const documentedCloses: ReadonlySet<number> = new Set([
  1000,
  1001,
  1002,
  1005,
  1006,
  1007,
  1009,
  ...Object.values(closeCodes).map(({ code }) => code),
]);

export const framingTarget: Target = {
  name: 'framing',
  async attack(arena, { inputs, seed }) {
    const report = {
      tally: new Map() as Tally,
      findings: [] as { input: string; problem: string }[],
    };
    const chat = arena.name('room');
    const token = await mintToken(arena.cluster.authSecret, {
      sub: arena.name('u'),
      role: 'operator',
    });
    const head = requestOf(`/chat?chat_id=${chat}&observe=1`, [
      { name: 'Authorization', value: `Bearer ${token}` },
    ]);
    const port = Number(new URL(arena.cluster.edges[0]!.url).port);
    const attempts = fc.sample(fc.array(wireFrame, { minLength: 1, maxLength: 5 }), {
      numRuns: inputs,
      seed,
    });
    await inParallel(attempts, 48, (frames) => judge({ port, head }, frames, report));
    return report;
  },
};

const judge = async (
  { port, head }: { port: number; head: string },
  frames: readonly WireFrame[],
  report: Report & { findings: { input: string; problem: string }[] },
): Promise<void> => {
  const bytes = Buffer.concat([...frames.map(encode), fence]);
  const tell = (problem: string): void =>
    void report.findings.push({ input: show(bytes), problem });
  const answer = await exchange({
    port,
    chunks: [head],
    // uWebSockets.js drops what comes together with the upgrade.
    afterwards: bytes,
    waitMs,
    firstWaitMs: 20_000,
    isEnough: ({ body }) =>
      readFrames(body).some(
        (frame) => frame.opcode === 8 || frame.payload.includes('"request_id":"fence"'),
      ),
  });
  if (answer.status !== 101) return tell(`the upgrade was answered by ${answer.status}`);
  const received = readFrames(answer.body);
  const close = received.find(({ opcode }) => opcode === 8);
  const isFenced = received.some(({ payload: text }) => text.includes('"request_id":"fence"'));
  const code =
    close !== undefined && close.payload.length >= 2 ? close.payload.readUInt16BE(0) : 1005;
  count(
    report.tally,
    isFenced ? 'pong' : close !== undefined ? `closed ${code}` : answer.closed ? 'cut' : 'waits',
  );
  if (close !== undefined && !documentedCloses.has(code)) tell(`closed with ${code}`);
  for (const { opcode, payload: text } of received)
    if (opcode === 1 && !isJson(text)) tell(`a frame that is no JSON: ${text.toString()}`);
};

const isJson = (bytes: Buffer): boolean => {
  try {
    return typeof JSON.parse(bytes.toString()) === 'object';
  } catch {
    return false; // The caller tells it.
  }
};
