/** The connections to one URL of a customer's backend. The only file that knows undici, with exchange.ts. */
import type { buildConnector } from 'undici';
import type { HookCaller, HookReply } from './contract.ts';
import { Exchange, type ExchangeOptions } from './exchange.ts';
import { createSigner, signatureHeader } from './signature.ts';

export interface HookCallerOptions {
  /** http or https; a user and password in it are sent as `Authorization: Basic`. */
  readonly url: string;
  /** All of them sign; at least one. */
  readonly secrets: readonly string[];
  readonly userAgent: string;
  /** Calls at a time; more wait for their turn within their time. Default 128. */
  readonly connectionsMax?: number;
  /** A longer answer has a status, and content that is `unreadable`. Default 256 KiB. */
  readonly answerMaxBytes?: number;
  /** Of a connection, whatever the calls that wait for it. Default 5 s. */
  readonly connectTimeoutMs?: number;
  /** Wall clock, ms since the epoch. */
  readonly nowMs?: () => number;
}

/**
 * Gives a caller that has no connection yet. HTTP/1.1 with keep-alive, one call at a time on a connection.
 * @throws TypeError if `url` is none, URIError if its user or password is not percent-encoded
 */
export const openHookCaller = async (options: HookCallerOptions): Promise<HookCaller> => {
  const { url, secrets, nowMs = Date.now, answerMaxBytes = 262_144 } = options;
  const target = targetOf(url, options.userAgent);
  const sign = createSigner(secrets);
  const { pool, wasIdle } = await openPool(target.origin, options);
  const exchangeOptions: ExchangeOptions = {
    answerMaxBytes,
    nowMs,
    wasIdle,
    resend: (exchange) => pool.dispatch(exchange.request, exchange),
  };
  const underWay = createUnderWay();

  return {
    call({ body, idempotencyKey, timeoutMs, signal }) {
      if (signal?.aborted === true) return Promise.resolve(aborted);
      const bytes = Buffer.from(body);
      const headers = [
        ...target.headers,
        'Idempotency-Key',
        idempotencyKey,
        signatureHeader,
        sign(bytes, Math.floor(nowMs() / 1000)),
      ];
      const calls = signal && underWay(signal);
      return new Promise((resolve) => {
        const exchange = new Exchange(
          { method: 'POST', path: target.path, headers, body: bytes },
          exchangeOptions,
          (reply) => {
            clearTimeout(timer);
            calls?.delete(exchange);
            resolve(reply);
          },
        );
        // An answer that has come and was not read in time, as this process was busy, is read first.
        const timer = setTimeout(() => setImmediate(cutLate, exchange), timeoutMs);
        calls?.add(exchange);
        pool.dispatch(exchange.request, exchange);
      });
    },
    close: () => pool.destroy(),
  };
};

const aborted: HookReply = { kind: 'failed', why: 'aborted', error: 'aborted' };

/** The calls that a signal ends: one listener for all, as to add and remove one costs more than to sign a call. */
const createUnderWay = () => {
  const known = new WeakMap<AbortSignal, Set<Exchange>>();
  return (signal: AbortSignal): Set<Exchange> => {
    const calls = known.get(signal) ?? new Set();
    if (known.has(signal)) return calls;
    known.set(signal, calls);
    const abort = () => {
      for (const exchange of calls) exchange.cut('aborted');
    };
    signal.addEventListener('abort', abort, { once: true });
    return calls;
  };
};

const cutLate = (exchange: Exchange): void => exchange.cut('timeout');

const targetOf = (url: string, userAgent: string) => {
  const { origin, pathname, search, username, password } = new URL(url);
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const headers = ['Content-Type', 'application/json', 'Accept', 'application/json'];
  headers.push('User-Agent', userAgent);
  if (credentials !== ':')
    headers.push('Authorization', `Basic ${Buffer.from(credentials).toString('base64')}`);
  return { origin, path: pathname + search, headers };
};

/** undici takes half a second and 28 MB to load: only those pay that have a backend to call. */
const openPool = async (origin: string, options: HookCallerOptions) => {
  const { Pool, buildConnector } = await import('undici');
  const { connectionsMax = 128, connectTimeoutMs = 5000 } = options;
  const used = new WeakSet<Error>();
  const connector = buildConnector({ timeout: connectTimeoutMs, allowH2: false });
  const pool = new Pool(origin, {
    connections: connectionsMax,
    connect: remembering(connector, used),
    allowH2: false,
    pipelining: 1,
    // Each call has a time of its own, from its start to the last byte.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return { pool, wasIdle: (error: Error) => used.has(error) };
};

/** Notes the errors that break a connection which has carried an answer before. */
const remembering =
  (connector: buildConnector.connector, used: WeakSet<Error>): buildConnector.connector =>
  (options, callback) =>
    connector(options, (...result) => {
      const [, socket] = result;
      socket?.once('error', (error) => {
        if (socket.bytesRead > 0) used.add(error);
      });
      callback(...result);
    });
