/** The way to the backend that decides on messages, as the configuration has it. */
import {
  createBreaker,
  createSendHook,
  openHookCaller,
  type BreakerState,
  type HookObserver,
  type SendHook,
} from '@switchboard/hooks';
import type { EdgeConfig } from '../config.ts';
import type { SendHookSettings } from './send-hook-settings.ts';

export interface OpenedSendHook {
  readonly hook: SendHook;
  readonly settings: SendHookSettings;
  readonly breaker: BreakerState;
  /** Asks nobody any more: what is under way gives up. */
  stop(): void;
  /** Cuts the connections. */
  close(): Promise<void>;
}

/** Undefined: no backend is asked. */
export async function openSendHook(
  config: EdgeConfig,
  { userAgent, observer }: { readonly userAgent: string; readonly observer: HookObserver },
): Promise<OpenedSendHook | undefined> {
  const url = config.SEND_HOOK_URL;
  if (url === undefined) return undefined;
  const caller = await openHookCaller({
    url,
    secrets: config.HOOK_SECRETS ?? [],
    userAgent,
    connectionsMax: config.SEND_HOOK_CONNECTIONS_MAX,
  });
  const breaker = createBreaker();
  const stopping = new AbortController();
  const timeoutMs = config.SEND_HOOK_TIMEOUT_MS;
  const tryTimeoutMs = config.SEND_HOOK_TRY_TIMEOUT_MS;
  return {
    hook: createSendHook({ caller, breaker, tryTimeoutMs, timeoutMs, observer }),
    settings: {
      timeoutMs,
      deferMaxMs: config.SEND_HOOK_DEFER_MAX_MS,
      waitingMax: config.SEND_HOOK_PENDING_MAX,
      stopping: stopping.signal,
    },
    get breaker() {
      return breaker.state;
    },
    stop: () => stopping.abort(),
    close: () => caller.close(),
  };
}
