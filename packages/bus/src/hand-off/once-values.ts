/**
 * What stands under the once key of a message that a person sends:
 *
 *   ~<token>     somebody asks the backend about it, until the key's life ends
 *   !<verdict>   the backend has refused it for good
 *   otherwise    it is in the log: the first answer, which begins with a position
 */
const CLAIM = '~';
const REFUSAL = '!';

/** Lua: whether the value in a variable is a first answer. */
export function isFirstAnswerLua(variable: string): string {
  return `not string.find(${variable}, '^[${CLAIM}${REFUSAL}]')`;
}

export function encodeClaim(token: string): string {
  return CLAIM + token;
}

export function encodeRefusal(verdict: string): string {
  return REFUSAL + verdict;
}

/** Undefined: it is no refusal. */
export function decodeRefusal(value: string): string | undefined {
  return value.startsWith(REFUSAL) ? value.slice(REFUSAL.length) : undefined;
}

export function isClaim(value: string): boolean {
  return value.startsWith(CLAIM);
}
