/**
 * What this edge leaves undone so that what was accepted is not late: a state machine, told how things
 * are several times a second. What it does without comes back once its cause has been gone for a second.
 *
 * | shed     | when the lag, as a part of what is bearable, is | for   | whose lag counts |
 * |----------|-------------------------------------------------|-------|------------------|
 * | typing   | 0.4 and more                                    |       | any edge's       |
 * | receipts | 0.6 and more                                    |       | any edge's       |
 * | connects | 0.8 and more: a storm of reconnects is no reason| 5 s   | this one's       |
 * | messages | (see adaptive-limit: as many as can be carried) |       | any edge's       |
 *
 * Memory counts like lag: 0.4 at 82 % of its limit, 1 at the limit, where all messages are refused.
 */
export type Sheddable = 'typing' | 'receipts' | 'connects' | 'messages';

export interface PressureSample {
  /** Of this process, ms. */
  readonly lagMs: number;
  /** The worst of all edges, ms. */
  readonly worstLagMs: number;
  readonly residentBytes: number;
}

export interface PressureLimits {
  /** 0: lag is never too high. */
  readonly lagMaxMs: number;
  /** 0: memory is never too much. */
  readonly residentMaxBytes: number;
}

export interface Pressure {
  sheds(what: Sheddable): boolean;
  /** @param nowMs by a clock that never steps back, ms */
  observe(sample: PressureSample, nowMs: number): void;
}

interface Step {
  readonly what: Sheddable;
  readonly from: number;
  readonly afterMs: number;
  readonly of: (parts: Parts) => number;
}

interface Parts {
  readonly own: number;
  readonly worst: number;
  readonly memory: number;
}

const steps: readonly Step[] = [
  { what: 'typing', from: 0.4, afterMs: 0, of: ({ worst, memory }) => Math.max(worst, memory) },
  { what: 'receipts', from: 0.6, afterMs: 0, of: ({ worst, memory }) => Math.max(worst, memory) },
  { what: 'connects', from: 0.8, afterMs: 5_000, of: ({ own, memory }) => Math.max(own, memory) },
  { what: 'messages', from: 1, afterMs: 0, of: ({ memory }) => memory },
];

/** It ends below this part of what it began at. */
const calmPart = 0.75;
const calmMs = 1_000;
/** Below this part of its limit memory is no pressure. */
const memoryFrom = 0.7;

export function createPressure(limits: PressureLimits): Pressure {
  const states = steps.map((step) => ({
    step,
    isOn: false,
    sinceMs: undefined as number | undefined,
  }));
  const shed = new Set<Sheddable>();
  return {
    sheds: (what) => shed.has(what),
    observe(sample, nowMs) {
      const parts = partsOf(sample, limits);
      for (const state of states) {
        const { step, isOn } = state;
        const part = step.of(parts);
        const turns = isOn ? part < step.from * calmPart : part >= step.from;
        if (!turns) {
          state.sinceMs = undefined;
          continue;
        }
        state.sinceMs ??= nowMs;
        if (nowMs - state.sinceMs < (isOn ? calmMs : step.afterMs)) continue;
        state.isOn = !isOn;
        state.sinceMs = undefined;
        if (state.isOn) shed.add(step.what);
        else shed.delete(step.what);
      }
    },
  };
}

function partsOf(
  { lagMs, worstLagMs, residentBytes }: PressureSample,
  limits: PressureLimits,
): Parts {
  const { lagMaxMs, residentMaxBytes } = limits;
  const lagPart = (ms: number) => (lagMaxMs === 0 ? 0 : ms / lagMaxMs);
  const used = residentMaxBytes === 0 ? 0 : residentBytes / residentMaxBytes;
  return {
    own: lagPart(lagMs),
    worst: lagPart(Math.max(lagMs, worstLagMs)),
    memory: Math.max(0, (used - memoryFrom) / (1 - memoryFrom)),
  };
}
