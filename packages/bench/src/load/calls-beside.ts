/**
 * Preloaded into an edge that asks no backend: makes the HTTP call of the send hook at the pace that the backend
 * is told, and does nothing with what it answers. So the call costs what it costs in a process that is as busy.
 */
import { createBareCall } from './bare-call.ts';
import { createWebhook } from './webhook.ts';

/** `bare`: one that was made before, again and again; `webhook`: each made, signed and read for itself. */
export type CallsBeside = 'bare' | 'webhook';

const paceLookMs = 250;

/** @param callsPerS read before each call: it may change, and be 0 */
const callAtPace = (callOnce: () => void, callsPerS: () => number): void => {
  let dueMs = performance.now();
  const next = () => {
    const nowMs = performance.now();
    const pace = callsPerS();
    if (pace === 0) dueMs = nowMs + paceLookMs;
    else for (; dueMs <= nowMs; dueMs += 1000 / pace) callOnce();
    setTimeout(next, dueMs - nowMs).unref();
  };
  next();
};

const begin = (backend: string, callOnce: () => void): void => {
  let pace = 0;
  const look = async () => {
    pace = Number(await (await fetch(`${backend}/pace`)).text());
  };
  setInterval(() => void look(), paceLookMs).unref();
  callAtPace(callOnce, () => pace);
};

const backend = process.env['SWITCHBOARD_CALLS_BESIDE'];
const kind = process.env['SWITCHBOARD_CALLS_KIND'] as CallsBeside;
if (backend !== undefined && /edge/u.test(process.argv[1] ?? '')) {
  const url = `${backend}/send`;
  begin(backend, kind === 'bare' ? createBareCall(url) : await createWebhook(url));
}
