import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { reportLatency } from '../measure/latency.ts';
import type { LoadShape } from './load-shape.ts';
import { monotonicUs } from './stamp.ts';
import { Talking } from './talking.ts';

const startTalking = (load: LoadShape, speakers: number) => {
  const sent: { speaker: number; number: number; intendedUs: number }[] = [];
  const send = (speaker: number, number: number, intendedUs: number) =>
    void sent.push({ speaker, number, intendedUs });
  const talking = new Talking({ load, speakers, send }, 0);
  talking.start();
  return { talking, sent };
};

describe('Talking', () => {
  test('keeps so many messages under way as asked for, of all clients in turn', () => {
    const { talking, sent } = startTalking({ kind: 'closed', connections: 2 }, 3);
    expect(sent.map(({ speaker }) => speaker)).toEqual([1, 2]);
    talking.heard(1, 1);
    talking.heard(2, 2);
    expect(sent.map(({ speaker }) => speaker)).toEqual([1, 2, 0, 1]);
    expect(talking.take()).toMatchObject({ accepted: 2, refused: 0 });
  });

  test('takes a copy of somebody else’s message, or a second copy, for no answer', () => {
    const { talking, sent } = startTalking({ kind: 'closed', connections: 1 }, 2);
    talking.heard(1, 7);
    talking.heard(0, 1);
    expect(sent).toHaveLength(1);
    talking.heard(1, 1);
    talking.heard(1, 1);
    expect(talking.take().accepted).toBe(1);
  });

  test('does not excuse what had to wait for a free client', async () => {
    const { talking, sent } = startTalking({ kind: 'open', connections: 1, ratePerS: 1000 }, 1);
    while (sent.length === 0) await delay(1);
    await delay(60);
    talking.heard(0, 1);
    expect(sent).toHaveLength(2);
    expect(monotonicUs() - sent[1]!.intendedUs).toBeGreaterThan(50_000);
    talking.heard(0, 2);
    const stopped = talking.stop(1000);
    talking.lost(0);
    await stopped;
    expect(reportLatency([talking.take().latency]).p50Ms).toBeGreaterThan(50);
  });

  test('lets a client that was refused be quiet for a while, and others go on', async () => {
    const { talking, sent } = startTalking({ kind: 'closed', connections: 1 }, 2);
    talking.refused(1, 1, 20);
    expect(sent).toHaveLength(1);
    while (sent.length === 1) await delay(5);
    expect(sent[1]).toMatchObject({ speaker: 0, number: 2 });
    expect(talking.take()).toMatchObject({ accepted: 0, refused: 1 });
  });
});
