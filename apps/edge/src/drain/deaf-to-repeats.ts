/**
 * A process that is being stopped does not mind SIGTERM any more: service managers send it to the
 * process and to its group, and the drain is bounded anyway. Who is impatient at a terminal sends SIGINT.
 */
import type { ShutdownOptions } from '@switchboard/runtime';

type Host = NonNullable<ShutdownOptions['process']>;

export function deafToRepeats(host: Host, isStopping: () => boolean): Host {
  return {
    get env() {
      return host.env;
    },
    // Read only when it is needed: to look at a process's stdin opens it.
    get stdin() {
      return host.stdin;
    },
    get channel() {
      return host.channel;
    },
    on(event, listener) {
      return host.on(event, (...values) => {
        if (event !== 'SIGTERM' || !isStopping()) listener(...values);
      });
    },
    exit: (code) => host.exit(code),
  };
}
