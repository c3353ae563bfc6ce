/** Tokens for browsers: who somebody is, and for a visitor which conversation is theirs. */
import { createHmac } from 'node:crypto';

/** The page of a visitor asks for a new one before it ends; a desk's link brings one for the shift. */
const lifeS = { client: 600, operator: 8 * 3600 };

export interface Tokens {
  visitor(visitor: { id: string; name: string; chatId: string }): string;
  operator(operator: { id: string; name: string }): string;
}

/** Signs with HS256; `secret` is `AUTH_SECRET` of the edges. */
export const createTokens = (secret: string, nowMs: () => number): Tokens => {
  const sign = (claims: { role: keyof typeof lifeS; [claim: string]: string }): string => {
    const now = Math.floor(nowMs() / 1000);
    const payload = { ...claims, iat: now, exp: now + lifeS[claims.role] };
    const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(payload)}`;
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  };
  return {
    visitor: ({ id, name, chatId }) => sign({ sub: id, role: 'client', name, chat_id: chatId }),
    operator: ({ id, name }) => sign({ sub: id, role: 'operator', name }),
  };
};

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
