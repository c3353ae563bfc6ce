/** Ingresses that die while their callers wait. */
import type { Scenario } from './scenario.ts';

/** One of two is killed at random points; callers retry by the same id at the other one. */
export const ingressKilled: Scenario = {
  name: 'ingress-killed',
  ingresses: 3,
  shape: ({ isLong, seconds }) => ({
    socketShare: 0,
    // Calls take as long as the machine is busy: there are enough callers to keep the pace all the same.
    httpSenders: isLong ? 48 : 16,
    messages: isLong ? seconds * 100 : 600,
  }),
  faults: async ({ at, cluster, ledger, scale, random }) => {
    for (const [index, doomed] of cluster.ingresses.slice(1).entries()) {
      await at((index + 0.3 + random() * 0.6) * scale.seconds * 400);
      ledger.mark(`kill -9 ${doomed.name}`);
      doomed.kill('SIGKILL');
      await doomed.exited;
      // Its callers run into the closed port for a while, as behind any balancer.
      setTimeout(() => ledger.ingresses.remove(doomed.url), 300);
    }
  },
  judge: ({ ledger, figure }) => {
    figure('retried', ledger.book.sends.filter(({ attempts }) => attempts > 1).length);
  },
};
