/**
 * Ends a child with its launcher. A launcher that is killed with SIGKILL cannot tell its children; but the
 * kernel closes the pipe or IPC channel between them, and that is what is watched here.
 * Asked for by `SWITCHBOARD_PARENT_WATCH=1`, since a service manager may well close stdin of a service.
 */
export interface ParentProcess {
  env: Readonly<Record<string, string | undefined>>;
  stdin: ParentPipe;
  /** There is an IPC channel exactly if this is set. */
  channel?: { unref(): void } | null | undefined;
  on(event: string, listener: (...values: never[]) => void): unknown;
}

interface ParentPipe {
  on(event: string, listener: (...values: never[]) => void): unknown;
  resume(): unknown;
  unref?(): unknown;
}

/** Calls `onGone` when the launcher's end of the IPC channel, or of stdin when there is none, closes. */
export const watchParent = (host: ParentProcess, onGone: () => void): void => {
  if (host.env['SWITCHBOARD_PARENT_WATCH'] !== '1') return;
  if (host.channel) {
    host.on('disconnect', onGone);
    host.channel.unref();
    return;
  }
  for (const event of ['end', 'close', 'error']) host.stdin.on(event, onGone);
  host.stdin.resume();
  host.stdin.unref?.();
};
