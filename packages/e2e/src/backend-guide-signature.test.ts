/** docs/backend-guide.md: the code that verifies signatures, in each language, against what signs them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { sign } from '@switchboard/hooks';
import { findPhp, findPythonWithWebsockets } from '@switchboard/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf } from './backend-guide.ts';

const gettingMs = 600_000;
const say = (line: string) => process.stderr.write(`${line}\n`);

interface Case {
  readonly what: string;
  readonly header: string | null;
  readonly body: string;
  readonly secrets: readonly string[];
  readonly isOurs: boolean;
}

const nowS = 1_900_000_000;
const body = '{"event":"sendMessage","text":"Zoë → 🙂 \\u0000"}';
const [one, two, other] = ['first-secret-of-16', 'sécond-secret-of-16', 'somebody-else-s-key'];
const good = sign(body, [one], nowS);

const cases: readonly Case[] = [
  { what: 'ours', header: good, body, secrets: [one], isOurs: true },
  { what: 'of two', header: sign(body, [two, one], nowS), body, secrets: [one], isOurs: true },
  { what: 'for two', header: good, body, secrets: [two, one], isOurs: true },
  { what: 'no ASCII', header: sign(body, [two], nowS), body, secrets: [two], isOurs: true },
  { what: 'with spaces', header: good.replace(',', ', '), body, secrets: [one], isOurs: true },
  { what: 'an empty body', header: sign('', [one], nowS), body: '', secrets: [one], isOurs: true },
  {
    what: 'as late as may be',
    header: sign(body, [one], nowS - 300),
    body,
    secrets: [one],
    isOurs: true,
  },
  { what: 'too late', header: sign(body, [one], nowS - 301), body, secrets: [one], isOurs: false },
  { what: 'too early', header: sign(body, [one], nowS + 301), body, secrets: [one], isOurs: false },
  {
    what: 'of somebody else',
    header: sign(body, [other], nowS),
    body,
    secrets: [one, two],
    isOurs: false,
  },
  { what: 'another body', header: good, body: `${body} `, secrets: [one], isOurs: false },
  {
    what: 'another time',
    header: good.replace(`t=${nowS}`, `t=${nowS + 1}`),
    body,
    secrets: [one],
    isOurs: false,
  },
  { what: 'of a part', header: good.slice(0, -2), body, secrets: [one], isOurs: false },
  { what: 'more than it', header: `${good}00`, body, secrets: [one], isOurs: false },
  {
    what: 'another version',
    header: good.replace('v1', 'v2'),
    body,
    secrets: [one],
    isOurs: false,
  },
  { what: 'no hex', header: `t=${nowS},v1=${'é'.repeat(64)}`, body, secrets: [one], isOurs: false },
  { what: 'no time', header: good.replace(/^t=\d+,/u, ''), body, secrets: [one], isOurs: false },
  {
    what: 'a time that is none',
    header: good.replace(/^t=\d+/u, 't=soon'),
    body,
    secrets: [one],
    isOurs: false,
  },
  {
    what: 'a digit that is none',
    header: good.replace(/^t=\d+/u, 't=²'),
    body,
    secrets: [one],
    isOurs: false,
  },
  {
    what: 'a time of too many digits',
    header: good.replace(/^t=\d+/u, `t=${'1'.repeat(5000)}`),
    body,
    secrets: [one],
    isOurs: false,
  },
  { what: 'no parts', header: 'v1', body, secrets: [one], isOurs: false },
  { what: 'empty', header: '', body, secrets: [one], isOurs: false },
  { what: 'no header', header: null, body, secrets: [one], isOurs: false },
  { what: 'no secret', header: good, body, secrets: [], isOurs: false },
];

/** Each reads `{ now, cases }` and writes what the guide's function says of each case. */
const programs = {
  js: `${codeOf('The signature', 'js')}
import { json } from 'node:stream/consumers';
const { now, cases } = await json(process.stdin);
const answers = cases.map(({ header, body, secrets }) =>
  isFromSwitchboard(header ?? undefined, Buffer.from(body), secrets, now));
process.stdout.write(JSON.stringify(answers));`,
  python: `${codeOf('The signature', 'python')}
import json, sys
given = json.load(sys.stdin)
print(json.dumps([
    is_from_switchboard(case["header"], case["body"].encode(), case["secrets"], given["now"])
    for case in given["cases"]
]))`,
  php: `<?php
error_reporting(E_ALL);
set_error_handler(fn(int $level, string $text) => throw new ErrorException($text));
${codeOf('The signature', 'php')}
$given = json_decode(stream_get_contents(STDIN), true, flags: JSON_THROW_ON_ERROR);
echo json_encode(array_map(
    fn($case) => is_from_switchboard($case['header'], $case['body'], $case['secrets'], $given['now']),
    $given['cases'],
));`,
};

type Language = keyof typeof programs;

const interpreters: Readonly<Record<Language, () => Promise<{ path: string; env?: object }>>> = {
  js: async () => ({ path: process.execPath }),
  python: async () => ({ path: await findPythonWithWebsockets(say) }),
  php: () => findPhp(say),
};
const endings = { js: 'mjs', python: 'py', php: 'php' };

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchboard-signature-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const run = async (language: Language): Promise<boolean[]> => {
  const { path, env } = await interpreters[language]();
  const file = join(folder, `verify.${endings[language]}`);
  await writeFile(file, programs[language]);
  const child = spawn(path, [file], { env: { ...process.env, ...env } });
  const ended = once(child, 'close');
  child.stdin.end(JSON.stringify({ now: nowS, cases }));
  const [output, problems] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`${language} ended with ${code}: ${problems}${output}`);
  return JSON.parse(output) as boolean[];
};

test.each(['js', 'python', 'php'] as const)(
  'the guide knows in %s which calls are ours',
  async (language) => {
    const answers = await run(language);
    const told = cases.map(({ what }, index) => [what, answers[index]]);
    expect(told).toEqual(cases.map(({ what, isOurs }) => [what, isOurs]));
  },
  gettingMs,
);

test('what is checked here has calls of both kinds', () => {
  expect(new Set(cases.map(({ isOurs }) => isOurs)).size).toBe(2);
  expect(new Set(cases.map(({ what }) => what)).size).toBe(cases.length);
});
