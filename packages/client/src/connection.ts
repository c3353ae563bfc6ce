/**
 * The shell around the machine: carries out what it wants done, and tells it what happens. Both
 * sockets are this, with another path and another position.
 */
import { nameOf } from './close-codes.ts';
import { ClientError, type ClientErrorCode, type Failure } from './client-error.ts';
import { completeEnvironment, type Environment } from './environment.ts';
import type { ConnectionState, Ending } from './events.ts';
import { createInbox, renewalId, type Inbox } from './inbox.ts';
import { createListeners } from './listeners.ts';
import type { Lane } from './machine/outbox.ts';
import { abortedFailure } from './machine/requests.ts';
import {
  initialState,
  type Effect,
  type Input,
  type Phase,
  type State,
  type TimerName,
} from './machine/state.ts';
import { step } from './machine/step.ts';
import type { ConnectOptions, SendOptions } from './options.ts';
import { createPendingRequests } from './pending-requests.ts';
import type { Session } from './server-data.ts';
import { createSocket, type Socket } from './socket.ts';
import { socketUrl, type Query } from './socket-url.ts';
import type { Position } from './stream/position.ts';
import { createSeen } from './stream/seen.ts';
import { createTimers, type Timers } from './timers.ts';
import { createTokenSource, type TokenSource } from './token-source.ts';

export interface Endpoint {
  readonly path: string;
  readonly query: Query;
  readonly position: Position;
  /** Events that may come twice are known among so many. */
  readonly seenMax: number;
}

export interface Command {
  readonly lane: Lane;
  readonly event: string;
  readonly data: object;
  readonly clientMessageId?: string;
}

const states: Readonly<Record<Phase, ConnectionState>> = {
  authorizing: 'connecting',
  opening: 'connecting',
  catchingUp: 'catchingUp',
  live: 'live',
  waiting: 'waiting',
  closed: 'closed',
};

const queueMaxDefault = 500;
const encoder = new TextEncoder();
/** A cycle, a BigInt, or a `toJSON` that throws. */
const notJson: Failure = {
  code: 'validation_failed',
  message: 'It cannot be written as JSON',
  retryable: false,
};
const noWebSocket = 'There is no WebSocket here: give one as environment.WebSocket';

export class Connection {
  readonly environment: Environment;
  readonly listeners = createListeners();
  state: ConnectionState = 'connecting';
  private readonly options: ConnectOptions;
  private readonly endpoint: Endpoint;
  private readonly pending = createPendingRequests();
  private readonly inbox: Inbox;
  private readonly socket: Socket;
  private readonly timers: Timers<TimerName>;
  private readonly tokens: TokenSource;
  private readonly unwatch: () => void;
  private readonly inputs: Input[] = [];
  private machine: State;
  private requests = 0;
  private ending: Ending | undefined;
  private readonly abort = () => this.close();

  constructor(options: ConnectOptions, endpoint: Endpoint) {
    const { history = 0, queueMax = queueMaxDefault, signal, token, url } = options;
    this.options = options;
    this.endpoint = endpoint;
    // A wrong URL is told to the caller.
    if (typeof url === 'string') socketUrl(url, endpoint.path, {});
    this.environment = completeEnvironment(options.environment);
    const { environment, listeners } = this;
    if (typeof environment.WebSocket !== 'function') throw new TypeError(noWebSocket);
    const dispatch = (input: Input) => this.dispatch(input);
    const wantsHistory = history > 0;
    this.machine = initialState({ canRenew: typeof token !== 'string', wantsHistory, queueMax });
    this.timers = createTimers(environment, (name) => dispatch({ type: 'timer', name }));
    this.tokens = createTokenSource(token, {
      given: () => dispatch({ type: 'token' }),
      failed: (error) => {
        this.complain('token_unavailable', 'No token could be had', error);
        dispatch({ type: 'tokenFailed' });
      },
    });
    this.inbox = createInbox({
      position: endpoint.position,
      seen: createSeen(endpoint.seenMax),
      emit: listeners.emit,
      dispatch,
      // A desk may be greeted again in the middle: then no history follows.
      awaitsHistory: () => wantsHistory && this.machine.phase === 'opening',
    });
    this.socket = createSocket(environment.WebSocket, {
      frame: this.inbox.take,
      closed: (code, wasOpen) => dispatch({ type: 'socketClosed', code, wasOpen }),
      failed: (error) => this.complain('connect_failed', 'No socket can be opened', error),
    });
    this.unwatch = environment.watch(() => dispatch({ type: 'wake' }));
    signal?.addEventListener('abort', this.abort);
    // Whoever listens right after this call misses nothing.
    queueMicrotask(() => dispatch({ type: signal?.aborted === true ? 'close' : 'start' }));
  }

  /** Resolves with the payload of the answer; rejects with a ClientError. */
  request(command: Command, { signal }: SendOptions = {}): Promise<unknown> {
    const id = `r${(this.requests += 1)}`;
    const { lane, event, data, clientMessageId } = command;
    const message = clientMessageId === undefined ? {} : { clientMessageId };
    let text: string;
    try {
      text = JSON.stringify({ event, data, id });
    } catch (cause) {
      return Promise.reject(new ClientError(notJson, clientMessageId, cause));
    }
    const bytes = encoder.encode(text).length;
    const abandon = () => this.dispatch({ type: 'abandon', id });
    const promise = this.pending.open(id, { ...message, signal, abandon });
    if (signal?.aborted === true) this.pending.fail(id, abortedFailure);
    else this.dispatch({ type: 'request', request: { id, lane, text, bytes, ...message } });
    return promise;
  }

  /** Sends what has no answer, if it is live. */
  tell(event: string, data: object): void {
    if (this.state === 'live') this.socket.send(JSON.stringify({ event, data }));
  }

  close(): void {
    this.dispatch({ type: 'close' });
  }

  get session(): Session | undefined {
    return this.inbox.session();
  }

  get position(): string | undefined {
    return this.endpoint.position.since();
  }

  /** A listener may call back while effects are carried out: one input at a time, in their order. */
  private dispatch(input: Input): void {
    const { inputs } = this;
    if (inputs.push(input) > 1) return;
    for (let next: Input | undefined = input; next !== undefined; next = inputs[0]) {
      const [machine, effects] = step(this.machine, next);
      this.machine = machine;
      for (const effect of effects) this.run(effect);
      this.tellState();
      inputs.shift();
    }
  }

  private tellState(): void {
    const state = states[this.machine.phase];
    const previous = this.state;
    if (state === previous) return;
    this.state = state;
    const { ending } = this;
    this.listeners.emit('state', { state, previous, ...(ending !== undefined && { ending }) });
  }

  private run(effect: Effect): void {
    switch (effect.type) {
      case 'askToken':
        return this.tokens.ask(effect.reason);
      case 'leaveToken':
        return this.tokens.leave();
      case 'open':
        return this.socket.open(() => this.address(), this.tokens.current());
      case 'send':
        return this.socket.send(effect.text);
      case 'ping':
        return this.socket.send(JSON.stringify({ event: 'ping', data: {} }));
      case 'refreshToken': {
        const data = { token: this.tokens.current() };
        return this.socket.send(JSON.stringify({ event: 'refreshToken', data, id: renewalId }));
      }
      case 'leaveSocket':
        return this.socket.leave(effect.code);
      case 'setTimer': {
        const { name, minMs, jitterMs } = effect;
        return this.timers.set(name, minMs + this.environment.random() * jitterMs);
      }
      case 'clearTimer':
        return this.timers.clear(effect.name);
      case 'forgetPosition':
        return this.endpoint.position.forget();
      case 'welcome':
        return this.listeners.emit('connected', this.session);
      case 'reload':
        return this.listeners.emit('reload', { position: this.session?.position });
      case 'settle':
        return this.pending.settle(effect.id, effect.value);
      case 'fail':
        return this.pending.fail(effect.id, effect.failure);
      case 'ended':
        return this.end(effect.code);
    }
  }

  private address(): string {
    const { options, endpoint } = this;
    const { url, history, app } = options;
    const query = { ...endpoint.query, since: this.position, history, app };
    return socketUrl(typeof url === 'string' ? url : url(), endpoint.path, query);
  }

  private end(code: number | undefined): void {
    this.ending = { reason: nameOf(code), ...(code !== undefined && { code }) };
    this.unwatch();
    this.options.signal?.removeEventListener('abort', this.abort);
  }

  private complain(code: ClientErrorCode, message: string, cause: unknown): void {
    const failure = { code, message, retryable: true };
    this.listeners.emit('error', new ClientError(failure, undefined, cause));
  }
}
