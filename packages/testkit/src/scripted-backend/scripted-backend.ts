/** See contract.ts. One HTTP server on loopback, in the process of the test. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createPortAllocation } from '../port-allocation.ts';
import type { Gateway, HookCall, KeptMessage, ScriptedBackend } from './contract.ts';
import { giveAnswer } from './give-answer.ts';
import { createMemory } from './memory.ts';
import { postOwn } from './own-post.ts';
import { readBody, readDelivery, type Delivery } from './read-call.ts';
import { createScript } from './script.ts';
import { faultOfSignature } from './signature.ts';

export interface ScriptedBackendOptions {
  /** All have to sign (default: two of its own). */
  secrets?: readonly string[];
}

const problemsMax = 50;

/** Resolves when it listens. Until it is told otherwise it takes everything: messages with an id of its own. */
export const startScriptedBackend = async (
  options: ScriptedBackendOptions = {},
): Promise<ScriptedBackend> => {
  const secrets = options.secrets ?? [randomSecret(), randomSecret()];
  const ports = createPortAllocation();
  const port = await ports.next('public');
  const book = createBook();
  const script = createScript();
  const memory = createMemory();
  const stopped = new AbortController();
  let gateway: Gateway | undefined;
  let posted = 0;

  const postLater = async (call: HookCall, { id }: KeptMessage, afterMs: number) => {
    const wasTaken = await postOwn(() => gateway, call, { id, afterMs, signal: stopped.signal });
    if (wasTaken) posted += 1;
  };
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const bytes = await readBody(request);
    const { 'switchboard-signature': signature } = request.headers;
    const fault = faultOfSignature(signature as string | undefined, bytes, secrets);
    if (fault !== undefined) book.complain(fault);
    const delivery = readDelivery(request, bytes, book.complain);
    if (fault !== undefined || delivery === undefined)
      return void (await giveAnswer(response, { status: fault === undefined ? 400 : 401 }));
    const call = book.enter(delivery);
    const isNew = !memory.messages.has(call.key);
    const answer = memory.decide(call, script.answerFor(call) ?? {});
    call.said = answer;
    const kept = memory.messages.get(call.key);
    if (isNew && kept !== undefined && answer.postsAfterMs !== undefined)
      void postLater(call, kept, answer.postsAfterMs);
    response.once('close', () => (call.endedMs = book.now()));
    call.status = await giveAnswer(response, answer);
  };
  const listen = () =>
    listenOn(port, (request, response) => {
      take(request, response).catch(() => response.destroy()); // The caller was gone before its body.
    });

  let server: Server | undefined = await listen();
  const die = async () => {
    const dying = server;
    server = undefined;
    if (dying !== undefined) await closeServer(dying);
  };
  const [sendUrl, eventsUrl] = [`http://127.0.0.1:${port}/send`, `http://127.0.0.1:${port}/events`];
  return {
    env: { SEND_HOOK_URL: sendUrl, EVENTS_HOOK_URL: eventsUrl, HOOK_SECRETS: secrets.join(',') },
    sendUrl,
    eventsUrl,
    secrets,
    calls: book.calls,
    problems: book.problems,
    messages: memory.messages,
    events: memory.events,
    repeatedEvents: () => memory.repeatedEvents,
    script: script.add,
    postsTo: (where) => void (gateway = where),
    posted: () => posted,
    now: book.now,
    die,
    revive: async () => void (server ??= await listen()),
    stop: async () => {
      stopped.abort();
      await die();
      ports.release();
    },
  };
};

const randomSecret = (): string => randomBytes(24).toString('base64url');

/** Every call in its order, and what was wrong with it. */
const createBook = () => {
  const startMs = performance.now();
  const calls: HookCall[] = [];
  const problems: string[] = [];
  const keys = new Map<string, { substance: string; count: number }>();
  const now = () => performance.now() - startMs;
  const complain = (problem: string) => {
    if (problems.length < problemsMax) problems.push(problem);
  };
  const enter = ({ substance, ...delivery }: Delivery): HookCall => {
    const known = keys.get(delivery.key) ?? { substance, count: 0 };
    if (known.substance !== substance)
      complain(`${delivery.key} stood for ${known.substance}, and now for ${substance}`);
    const call = {
      ...delivery,
      number: calls.length,
      atMs: now(),
      repeats: known.count,
      said: {},
      endedMs: undefined,
      status: undefined,
    };
    known.count += 1;
    keys.set(delivery.key, known);
    calls.push(call);
    return call;
  };
  return { calls, problems, now, complain, enter };
};

const listenOn = (
  port: number,
  take: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer({ keepAliveTimeout: 60_000 }, take);
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  });

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
