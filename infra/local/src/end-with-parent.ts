/**
 * Loaded into a process before its main module: it ends when the launcher does, also one that was killed. The
 * kernel closes the pipe between them then.
 */
const end = (): void => void process.kill(process.pid, 'SIGTERM');

for (const event of ['end', 'close', 'error']) process.stdin.on(event, end);
process.stdin.resume();
process.stdin.unref();
