export { sign, signatureHeader, verify, type VerifyOptions } from './signature.ts';
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
