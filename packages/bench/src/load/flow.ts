/** A load as a turn sees it: whatever makes messages, and whatever receives them. */
import type { Measured } from '../measure/cpu-meter.ts';
import type { LoadGenerator, Losses } from './load-generator.ts';
import type { LoadShape } from './load-shape.ts';
import type { Published, PublishTarget } from './publishing.ts';
import type { Received } from './tally.ts';

export interface Flow {
  /** Those of the load generator. */
  processes: readonly Measured[];
  /** How many deliveries each accepted message is due. */
  copies: number;
  /** Opens what was lost again. */
  reopen(): Promise<void>;
  start(load: LoadShape): Promise<void>;
  /** What was published and received since the last call, one entry for each process. */
  take(): Promise<{ published: readonly Published[]; received: readonly Received[] }>;
  /** Gives how many messages were accepted since the start. */
  stop(): Promise<{ accepted: number }>;
  /** Since the sockets opened. */
  deliveries(): Promise<number>;
  takeLosses(): Promise<Losses>;
}

export interface PostOptions {
  target: PublishTarget;
  /** Chats that messages are spread over. */
  chats: number;
  /** Sockets that get every message. */
  copies: number;
}

/** Messages come by `POST /message`. */
export const createPostFlow = (
  generator: LoadGenerator,
  { target, chats, copies }: PostOptions,
): Flow => ({
  processes: generator.processes,
  copies,
  reopen: () => generator.reopen(),
  start: (load) => generator.publish({ load, chats, target }),
  take: async () => {
    const { published, received } = await generator.take();
    return { published: [published], received };
  },
  stop: () => generator.stopPublishing(),
  deliveries: () => generator.deliveries(),
  takeLosses: () => generator.takeLosses(),
});
