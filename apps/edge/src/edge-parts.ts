/** What an edge is given, and what its sides share. */
import type { Bus } from '@switchboard/bus';
import type { Limits } from '@switchboard/protocol';
import type { Holdback } from './admission.ts';
import type { createStamps } from './clock/stamps.ts';
import type { Wheel } from './clock/wheel.ts';
import type { SendHook } from '@switchboard/hooks';
import type { FrameRates } from './command/frame-rates.ts';
import type { SendHookSettings } from './hand-off/send-hook-settings.ts';
import type { Traffic } from './metrics/traffic.ts';
import { type Attendance } from './presence/attendance.ts';
import type { createAwaitedEvents } from './session/awaited-events.ts';
import { type SessionTable } from './session/session-table.ts';
import type { RefreshTokenParts } from './command/refresh-token.ts';

export interface EdgeOptions {
  readonly bus: Bus;
  readonly wheel: Wheel;
  readonly traffic: Traffic;
  readonly limits: Limits;
  readonly verify: RefreshTokenParts['verify'];
  /** To every socket subscribed to a topic; gives their number. */
  readonly publish: (topic: string, frame: string | Uint8Array) => number;
  readonly settings: EdgeSettings;
  /** Decides on messages; absent: what is sent is added. */
  readonly sendHook?: { readonly hook: SendHook; readonly settings: SendHookSettings } | undefined;
  readonly holdback: Holdback;
  readonly onWarning: (message: string, details: Record<string, unknown>) => void;
}

export interface EdgeSettings {
  readonly appendTimeoutMs: number;
  readonly roomGraceMs: number;
  readonly deskGraceMs: number;
  readonly connectionsMax: { readonly chat: number; readonly broadcast: number };
  readonly checkpointAfterMs: number;
  readonly pendingMax: number;
  readonly bufferMaxBytes: number;
  readonly refuseIfClosed: boolean;
  readonly rates: FrameRates;
  readonly typingIntervalMs: number;
}

/** What all sides of the edge are made of. */
export type EdgeParts = EdgeOptions & {
  readonly now: () => number;
  readonly newId: () => string;
  readonly newStamp: ReturnType<typeof createStamps>;
  readonly table: SessionTable;
  readonly awaited: ReturnType<typeof createAwaitedEvents>;
  readonly attendance: Attendance;
};
