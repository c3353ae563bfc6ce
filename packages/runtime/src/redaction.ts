/**
 * Takes credentials out of finished log lines. It looks at every field and every text of a line and not at
 * chosen paths of a log call: a token may sit in a header, a URL, an error's message or a nested body, and a
 * list of paths would miss the next place.
 */
const hidden = '[redacted]';

/** Fields whose whole value is hidden; written without `-` and `_`, in lower case. */
const secretFields: ReadonlySet<string> = new Set([
  'apitoken',
  'apitokens',
  'authkeys',
  'authorization',
  'authsecret',
  'cookie',
  'hooksecrets',
  'password',
  'proxyauthorization',
  'secret',
  'secwebsocketprotocol',
  'setcookie',
  'token',
]);

const header = '(?:proxy-)?authorization|api-token|sec-websocket-protocol|(?:set-)?cookie';
const variable = 'api_?tokens?|auth_?secret|auth_?keys|hook_?secrets|password|token';

/** What credentials look like within a text. Too much is hidden rather than too little. */
const patterns: readonly [RegExp, string][] = [
  // A field of JSON that is quoted within the text, at any depth of escaping.
  [
    new RegExp(
      `((\\\\*)"(?:${header}|${variable})\\2"\\s*:\\s*)(?:\\2"[^]*?(?:(?<!\\\\)\\2"|$)|\\[[^\\]]*(?:\\]|$))`,
      'gi',
    ),
    `$1$2"${hidden}$2"`,
  ],
  [new RegExp(`(${header})(\\s*:\\s*)[^"\\\\\\r\\n]+`, 'gi'), `$1$2${hidden}`],
  [new RegExp(`(${variable})=[^&\\s"\\\\#]+`, 'gi'), `$1=${hidden}`],
  [/\b(bearer[\s,]+)[^\s"\\,;]+/gi, `$1${hidden}`],
  [/\beyJ[\w-]{4,}\.[\w-]+\.[\w-]*/g, hidden],
];

/** The same text with the password of any URL in it hidden. */
export const hideUrlPassword = (text: string): string =>
  text.replaceAll(/(\b[a-z][a-z\d+.-]*:\/\/[^\s/:@"]*:)[^\s"]*@/gi, `$1${hidden}@`);

/** Gives a log line (one JSON object, or any text) without credentials. */
export type Redaction = (line: string) => string;

/** A redaction that also hides the given values (e.g. the configured secrets) wherever they stand. */
export const createRedaction = (secrets: readonly string[] = []): Redaction => {
  const cleanText = createTextRedaction(secrets);
  return (line) => {
    const record = parseJson(line);
    if (record === undefined) return cleanText(line);
    return `${JSON.stringify(cleanValue(record, cleanText))}\n`;
  };
};

/**
 * A longer text is cut before it is searched: the patterns take time that grows with its square, and a
 * stranger may have chosen it. What is known literally is hidden before the cut.
 */
const textMaxChars = 4_096;

const createTextRedaction = (secrets: readonly string[]): Redaction => {
  const literals = secrets
    .filter((value) => value !== '')
    .flatMap((value) => [value, asInJson(value)]);
  return (text) => {
    let clean = text;
    for (const literal of literals) clean = clean.replaceAll(literal, hidden);
    if (clean.length > textMaxChars)
      clean = `${clean.slice(0, textMaxChars)}… (${clean.length} characters)`;
    clean = hideUrlPassword(clean);
    for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
    return clean;
  };
};

const cleanValue = (value: unknown, cleanText: Redaction): unknown => {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map((item) => cleanValue(item, cleanText));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      cleanText(name),
      isSecretField(name) ? hidden : cleanValue(withoutArguments(name, field), cleanText),
    ]),
  );
};

/** An error of Redis carries the command that failed, with all that it was about: messages, passwords. */
const withoutArguments = (name: string, field: unknown): unknown => {
  if (name !== 'command' || typeof field !== 'object' || field === null) return field;
  return 'args' in field ? { ...field, args: hidden } : field;
};

const isSecretField = (name: string): boolean =>
  secretFields.has(name.toLowerCase().replaceAll(/[-_]/g, ''));

const parseJson = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // Not JSON: the caller treats the line as text.
  }
};

const asInJson = (value: string): string => JSON.stringify(value).slice(1, -1);
