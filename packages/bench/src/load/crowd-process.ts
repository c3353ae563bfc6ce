/** The process that holds a crowd. */
import { serveCalls } from './call.ts';
import { Crowd, type CrowdOrder, type CutOrder } from './crowd.ts';

let crowd: Crowd | undefined;

const present = (): Crowd => {
  if (crowd === undefined) throw new Error('nobody has come yet');
  return crowd;
};

const methods = {
  open: (order: CrowdOrder) => {
    crowd = new Crowd(order);
    return crowd.open();
  },
  route: (ports: readonly number[]) => present().route(ports),
  startCuts: (order: CutOrder) => present().startCuts(order),
  stopCuts: () => present().stopCuts(),
  count: () => ({ inCount: present().inCount, deliveries: present().deliveries }),
  takeReturns: () => present().takeReturns(),
  takeLatency: () => present().takeLatency(),
  reconcile: (accepted: readonly number[]) => present().reconcile(accepted),
};

export type CrowdMethods = typeof methods;

serveCalls(methods);
