/** The process that publishes, as the bench sees it. */
import { startBenchProcess, type BenchProcess } from '../child-process.ts';
import { callProcess, type Remote } from './call.ts';
import type { PublisherMethods } from './publisher-process.ts';

const program = new URL('./publisher-process.ts', import.meta.url);

export interface Publisher extends BenchProcess {
  call: Remote<PublisherMethods>;
}

export const startPublisher = (): Publisher => {
  const process = startBenchProcess(program);
  const call = callProcess<PublisherMethods>(process.child, [
    'start',
    'take',
    'acceptedSince',
    'stop',
  ]);
  return { ...process, call };
};
