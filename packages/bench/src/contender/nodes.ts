/** Processes of peers, from their start to the port that each of them tells. */
import { once } from 'node:events';
import { startBenchProcess, type BenchProcess } from '../child-process.ts';

export interface PeerNode extends BenchProcess {
  port: number;
}

export const startNodes = async (
  programs: readonly URL[],
  args: readonly string[] = [],
): Promise<PeerNode[]> => {
  const started = programs.map((program) => startBenchProcess(program, args));
  try {
    return await Promise.all(started.map(awaitPort));
  } catch (error) {
    await Promise.all(started.map(({ stop }) => stop()));
    throw error;
  }
};

/** A peer's first message is the port that the system chose for it. */
const awaitPort = async (process: BenchProcess): Promise<PeerNode> => {
  const ended = once(process.child, 'exit').then(() => {
    throw new Error('a peer ended before it listened');
  });
  const [port] = (await Promise.race([once(process.child, 'message'), ended])) as [number];
  return { ...process, port };
};

export const stopNodes = async (nodes: readonly PeerNode[]): Promise<void> => {
  await Promise.all(nodes.map(({ stop }) => stop()));
};
