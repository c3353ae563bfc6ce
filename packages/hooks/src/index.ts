export { backoffMs, type BackoffOptions } from './backoff.ts';
export {
  createBreaker,
  type Breaker,
  type BreakerOptions,
  type BreakerState,
  type CallEnd,
  type Permit,
} from './breaker.ts';
export { openHookCaller, type HookCallerOptions } from './caller.ts';
export type { Clock } from './clock.ts';
export type {
  CallResult,
  HookAnswered,
  HookCall,
  HookCaller,
  HookContent,
  HookFailed,
  HookObserver,
  HookReply,
  Refused,
  SendDecision,
  SendHook,
  SendQuestion,
  SendVerdict,
} from './contract.ts';
export { judgeSend } from './judge-send.ts';
export {
  callDurationBucketsMs,
  eventsHookMetrics,
  sendHookMetrics,
} from './metric-descriptions.ts';
export { createSendHook, type SendHookOptions } from './send-hook.ts';
export {
  createSigner,
  sign,
  signatureHeader,
  verify,
  type Signer,
  type VerifyOptions,
} from './signature.ts';
