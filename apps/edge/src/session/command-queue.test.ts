import { describe, expect, it, vi } from 'vitest';
import { CommandQueue } from './command-queue.ts';

const create = () => {
  const onError = vi.fn();
  const queue = new CommandQueue(onError);
  const done: string[] = [];
  const slow = (name: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    queue.push(() => promise.then(() => void done.push(name)));
    return { resolve, reject };
  };
  const quick = (name: string) => queue.push(() => void done.push(name));
  return { queue, onError, done, slow, quick };
};

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the command queue', () => {
  it('runs nothing before it is opened, and then everything in order', () => {
    const { queue, done, quick } = create();
    quick('a');
    quick('b');
    expect(done).toEqual([]);
    expect(queue.length).toBe(2);
    queue.open();
    expect(done).toEqual(['a', 'b']);
  });

  it('runs a synchronous command at once when nothing is under way', () => {
    const { queue, done, quick } = create();
    queue.open();
    quick('now');
    expect(done).toEqual(['now']);
  });

  it('waits for a command before it begins the next', async () => {
    const { queue, done, slow, quick } = create();
    queue.open();
    const first = slow('first');
    const second = slow('second');
    quick('third');
    second.resolve();
    await turn();
    expect(done).toEqual([]);
    first.resolve();
    await turn();
    expect(done).toEqual(['first', 'second', 'third']);
  });

  it('goes on after a command that failed', async () => {
    const { queue, onError, done, slow, quick } = create();
    queue.open();
    slow('never').reject(new Error('late'));
    queue.push(() => {
      throw new Error('early');
    });
    quick('after');
    await turn();
    expect(done).toEqual(['after']);
    expect(onError.mock.calls.map(([error]) => (error as Error).message)).toEqual([
      'late',
      'early',
    ]);
  });

  it('runs nothing more once it is closed, also when the running command ends afterwards', async () => {
    const { queue, done, slow, quick } = create();
    queue.open();
    const running = slow('running');
    quick('waiting');
    queue.close();
    quick('late');
    running.resolve();
    await turn();
    expect(done).toEqual(['running']);
  });
});
