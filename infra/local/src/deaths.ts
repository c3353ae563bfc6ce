/** Reports a process that ended by itself. Nothing is restarted: whoever watches wants to see it. */
import type { Site } from './site.ts';

export const reportDeaths = (
  { cluster, redis, backend }: Site,
  { say, stopRequest }: { say: (line: string) => void; stopRequest: AbortSignal },
): void => {
  const report = (line: string) => {
    if (!stopRequest.aborted) say(`${line}; it is not restarted`);
  };
  for (const node of [...cluster.ingresses, ...cluster.edges]) {
    void node.exited.then(({ code, signal }) =>
      report(`${node.name} (pid ${node.pid}) ended: ${signal ?? `exit code ${code}`}`),
    );
  }
  void backend?.exited.then((how) => report(`The backend (pid ${backend.pid}) ended: ${how}`));
  void redis.exited?.then(() => report(`Redis (pid ${redis.pid}) ended`));
};
