/** The process that publishes, apart from the sockets: reading them must not delay a post. */
import { serveCalls } from './call.ts';
import type { LoadShape } from './load-shape.ts';
import { createMessageBodies, newRunId } from './message-body.ts';
import { Publishing, type PublishTarget } from './publishing.ts';

export interface PublishOrder {
  load: LoadShape;
  target: PublishTarget;
  chats: number;
  /** What all ids of messages start with; default: something new. */
  run?: string;
}

const stopTimeoutMs = 10_000;

let publishing: Publishing | undefined;

const running = (): Publishing => {
  if (publishing === undefined) throw new Error('nothing is being published');
  return publishing;
};

const methods = {
  start: ({ load, target, chats, run = newRunId() }: PublishOrder) => {
    publishing = new Publishing(load, createMessageBodies(chats, run));
    return publishing.start(target);
  },
  take: () => running().take(),
  acceptedSince: (fromUs: number) => running().acceptedSince(fromUs),
  stop: () => running().stop(stopTimeoutMs),
};

export type PublisherMethods = typeof methods;

serveCalls(methods);
