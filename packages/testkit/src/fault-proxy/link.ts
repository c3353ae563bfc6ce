/** One connection through the proxy: a socket to either side and a flow each way. */
import { connect, type Socket } from 'node:net';
import type { Weather } from './conditions.ts';
import type { Link } from './contract.ts';
import { createFlow } from './flow.ts';

export interface OpenLink extends Link {
  wake(): void;
  cut(how: 'reset' | 'end'): void;
}

export interface LinkOptions {
  near: Socket;
  target: { port: number; host: string };
  number: number;
  weather: (link: Link) => Weather;
  random: () => number;
  onClosed: (link: OpenLink) => void;
}

const openingMaxChars = 1024;

export const openLink = (options: LinkOptions): OpenLink => {
  const { near, target, random, onClosed } = options;
  const far = connect({ ...target, noDelay: true, allowHalfOpen: true });
  near.setNoDelay(true);
  let opening = '';
  const weather = () => options.weather(link);
  const up = createFlow({
    from: near,
    to: far,
    weather,
    admits: (bytes) => {
      const room = openingMaxChars - opening.length;
      if (room > 0) opening += bytes.toString('latin1', 0, room);
      return true;
    },
  });
  const down = createFlow({
    from: far,
    to: near,
    weather,
    admits: () => !(random() < weather().discardShare),
  });
  const end = (...sockets: Socket[]) => {
    up.stop();
    down.stop();
    for (const socket of sockets) socket.resetAndDestroy();
    onClosed(link);
  };
  /** One side is gone: the other learns it, unless nothing gets through. */
  const closed = (other: Socket) => {
    if (other.destroyed) return end();
    if (!weather().isHeld) end(other);
  };
  const link: OpenLink = {
    number: options.number,
    get opening() {
      return opening;
    },
    wake: () => {
      if (near.destroyed !== far.destroyed) closed(near.destroyed ? far : near);
      up.wake();
      down.wake();
    },
    cut: (how) => {
      if (how === 'reset') return end(near, far);
      near.end();
      far.end();
      end();
      near.resume();
      far.resume();
    },
  };
  for (const [side, other] of [
    [near, far],
    [far, near],
  ] as const) {
    // What broke is told to the other side by `close`, which always follows.
    side.on('error', () => {});
    side.on('close', () => closed(other));
  }
  return link;
};
