/** Calls from the bench to a load process, over Node's IPC channel: one message each way per call. */
import type { ChildProcess } from 'node:child_process';

/** The methods of a load process; each takes one argument and gives what JSON can carry. */
export type Methods = Record<string, (argument: never) => unknown>;

interface Call {
  id: number;
  method: string;
  argument: unknown;
}

type Reply = { id: number; result: unknown } | { id: number; error: string };

/** In the load process: answers calls, and ends with the bench. */
export const serveCalls = (methods: Methods): void => {
  process.on('message', (call: Call) => void answer(methods, call));
  process.on('disconnect', () => process.exit(0));
};

const answer = async (methods: Methods, { id, method, argument }: Call): Promise<void> => {
  const reply: Reply = await Promise.resolve()
    .then(() => methods[method]?.(argument as never))
    .then((result) => ({ id, result }))
    .catch((error: unknown) => ({ id, error: describe(error) }));
  process.send?.(reply);
};

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/** What the bench sees of a process: its methods, each giving a promise. */
export type Remote<M extends Methods> = {
  [K in keyof M]: Parameters<M[K]> extends []
    ? () => Promise<Awaited<ReturnType<M[K]>>>
    : (argument: Parameters<M[K]>[0]) => Promise<Awaited<ReturnType<M[K]>>>;
};

/** In the bench: calls reject when the method threw or the process ended. */
export const callProcess = <M extends Methods>(
  child: ChildProcess,
  methods: readonly (keyof M & string)[],
): Remote<M> => {
  const open = new Map<number, (reply: Reply) => void>();
  let lastId = 0;
  child.on('message', (reply: Reply) => {
    open.get(reply.id)?.(reply);
    open.delete(reply.id);
  });
  child.on('exit', (code, signal) => {
    const error = `the process ended with ${signal ?? `code ${code}`}`;
    for (const [id, settle] of open) settle({ id, error });
    open.clear();
  });
  const call = (method: string, argument: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = (lastId += 1);
      open.set(id, (reply) =>
        'error' in reply ? reject(new Error(`${method}: ${reply.error}`)) : resolve(reply.result),
      );
      child.send({ id, method, argument } satisfies Call, (error) => {
        if (error) open.get(id)?.({ id, error: error.message });
      });
    });
  const entries = methods.map((method) => [method, (argument: unknown) => call(method, argument)]);
  return Object.fromEntries(entries) as Remote<M>;
};
