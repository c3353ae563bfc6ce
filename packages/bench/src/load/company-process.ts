/**
 * Who else is there while `/online-users` is asked: somebody who asks for something that costs nothing, and
 * tabs that come and go. In a process of its own, so that the one that measures does nothing else.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { gatherCrowd, type CrowdMember } from '@switchboard/testkit';
import { reportTimes, type LatencyReport } from '../measure/latency.ts';
import { serveCalls } from './call.ts';
import { openTimedGet } from './timed-get.ts';

const askEveryMs = 5;
const turnMs = 200;

let isGoing = false;
let running: Promise<LatencyReport | void> = Promise.resolve();

/** Asks all the time: how long that takes is what the server was busy with. */
const watch = async (url: string): Promise<LatencyReport> => {
  const asking = openTimedGet(url, {});
  const timesUs: number[] = [];
  while (isGoing) {
    timesUs.push((await asking.ask('/health/live')).tookUs);
    await delay(askEveryMs);
  }
  asking.close();
  return reportTimes(timesUs);
};

const comeAndGo = async (members: readonly CrowdMember[]): Promise<void> => {
  while (isGoing) {
    const crowd = await gatherCrowd(members);
    await delay(turnMs);
    crowd.scatter();
    await delay(turnMs);
  }
};

const methods = {
  watch: (url: string) => {
    isGoing = true;
    running = watch(url);
  },
  comeAndGo: (members: CrowdMember[]) => {
    isGoing = true;
    running = comeAndGo(members);
  },
  /** Gives the latencies of what was asked. */
  stop: () => {
    isGoing = false;
    return running;
  },
};

export type CompanyMethods = typeof methods;

serveCalls(methods);
