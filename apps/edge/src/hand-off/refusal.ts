/** A backend's final refusal, as it is kept for whoever sends the message again. */
import { parseJson } from '@switchboard/protocol';

export interface Refusal {
  /** The backend's own code. */
  readonly reason?: string | undefined;
  /** What to show to the sender. */
  readonly message?: string | undefined;
}

export function encodeRefusal({ reason, message }: Refusal): string {
  return JSON.stringify({ reason, message });
}

/** Of what this edge or another has kept. */
export function decodeRefusal(verdict: string): Refusal {
  const parsed = parseJson(verdict);
  return parsed.ok ? (parsed.value as Refusal) : {};
}
