import { describe, expect, test } from 'vitest';
import { Chain, type ChainedEvent, followsRule } from './chain.ts';

/** An event `b` whose predecessor is `a` is written 'a-b'. */
function event(arrow: string): ChainedEvent {
  const [previous = '', position = ''] = arrow.split('-');
  return {
    previous,
    position,
    eventId: position,
    name: 'messageAdded',
    audience: 'all',
    routing: '-',
    frame: new Uint8Array(),
  };
}

const page = (newest: string, arrows: string[] = [], more = false) => ({
  newest,
  events: arrows.map(event),
  more,
});

function chainAt(position: string, { pendingMaxEvents = 100, settled = true } = {}) {
  const output: string[] = [];
  const chain = new Chain(
    position,
    {
      deliver: (delivered) => void output.push(delivered.position),
      read: (from) => void output.push(`read ${from}`),
      lost: (reason) => void output.push(`lost ${reason}`),
    },
    pendingMaxEvents,
  );
  if (settled) chain.settleDrift();
  return { chain, output };
}

describe('the rule', () => {
  test.each([
    ['nothing after it, and it is the newest', 'a', page('a'), true],
    ['nothing after it, but it is not the newest', 'a', page('b'), false],
    ['the first entry names it', 'a', page('b', ['a-b']), true],
    ['the first entry names another', 'a', page('c', ['b-c']), false],
    ['an entry within does not name its predecessor', 'a', page('d', ['a-b', 'c-d']), false],
    ['the last entry is not the newest', 'a', page('c', ['a-b']), false],
    ['more is to come', 'a', page('z', ['a-b'], true), true],
    ['a log in which nothing was ever written', '0', page('0'), true],
  ])('%s', (_name, position, logPage, complete) => {
    expect(followsRule(position, logPage)).toBe(complete);
  });
});

describe('live', () => {
  test('delivers what continues the chain', () => {
    const { chain, output } = chainAt('a');
    chain.event(event('a-b'));
    chain.event(event('b-c'));
    expect(output).toEqual(['b', 'c']);
  });

  test('reads once for a hole, whatever comes meanwhile, and delivers everything in order', () => {
    const { chain, output } = chainAt('a');
    chain.event(event('b-c'));
    chain.event(event('c-d'));
    chain.event(event('d-e'));
    chain.page('a', page('d', ['a-b', 'b-c', 'c-d']));
    expect(output).toEqual(['read a', 'b', 'c', 'd', 'e']);
  });

  test('drops late copies of what a repair has delivered', () => {
    const { chain, output } = chainAt('a');
    chain.event(event('b-c'));
    chain.page('a', page('e', ['a-b', 'b-c', 'c-d', 'd-e']));
    for (const late of ['c-d', 'd-e']) chain.event(event(late));
    chain.event(event('e-f'));
    expect(output).toEqual(['read a', 'b', 'c', 'd', 'e', 'f']);
  });

  test('reads for a check, and again when one was asked for during a read', () => {
    const { chain, output } = chainAt('a');
    chain.check();
    chain.check();
    chain.page('a', page('a'));
    chain.page('a', page('b', ['a-b']));
    expect(output).toEqual(['read a', 'read a', 'b']);
  });

  test('drops a copy from before its position after a complete read', () => {
    const { chain, output } = chainAt('c');
    chain.event(event('a-b'));
    chain.page('c', page('c'));
    expect(output).toEqual(['read c']);
    expect(chain.position).toBe('c');
  });
});

describe('reading', () => {
  test('goes on page by page', () => {
    const { chain, output } = chainAt('a');
    chain.event(event('c-d'));
    chain.page('a', page('d', ['a-b', 'b-c'], true));
    chain.page('c', page('d', ['c-d']));
    expect(output).toEqual(['read a', 'b', 'c', 'read c', 'd']);
  });

  test('starts another read for another hole among what waited', () => {
    const { chain, output } = chainAt('a');
    chain.event(event('b-c'));
    chain.event(event('d-e'));
    chain.page('a', page('c', ['a-b', 'b-c']));
    chain.page('c', page('e', ['c-d', 'd-e']));
    expect(output).toEqual(['read a', 'b', 'c', 'read c', 'd', 'e']);
  });

  test('loses its position when the rule fails, and goes on from the newest', () => {
    const { chain, output } = chainAt('x');
    chain.event(event('a-b'));
    chain.page('x', page('b', ['a-b']));
    chain.event(event('b-c'));
    expect(output).toEqual(['read x', 'lost rule', 'c']);
  });

  test('loses its position when too much waits, and ignores the late answer', () => {
    const { chain, output } = chainAt('a', { pendingMaxEvents: 2 });
    chain.event(event('b-c'));
    for (const waiting of ['c-d', 'd-e', 'e-f']) chain.event(event(waiting));
    chain.page('a', page('c', ['a-b', 'b-c']));
    chain.event(event('f-g'));
    expect(output).toEqual(['read a', 'lost pending', 'g']);
  });

  test('ignores the late answer also when it is reading again from its new position', () => {
    const { chain, output } = chainAt('a', { pendingMaxEvents: 0 });
    chain.event(event('b-c'));
    chain.event(event('c-d'));
    chain.check();
    chain.page('a', page('c', ['a-b', 'b-c']));
    chain.page('d', page('e', ['d-e']));
    expect(output).toEqual(['read a', 'lost pending', 'read d', 'e']);
  });

  test('asks again when Redis was away', () => {
    const { chain, output } = chainAt('a');
    chain.check();
    chain.retry();
    chain.page('a', page('b', ['a-b']));
    chain.retry();
    expect(output).toEqual(['read a', 'read a', 'b']);
  });
});

describe('adrift', () => {
  test('drops copies from before the beginning without a read for each', () => {
    const { chain, output } = chainAt('c', { settled: false });
    for (const late of ['a-b', 'b-c']) chain.event(event(late));
    chain.event(event('c-d'));
    chain.settleDrift();
    expect(output).toEqual(['d']);
  });

  test('looks up what it dropped, when nothing explained it within a second', () => {
    const { chain, output } = chainAt('a', { settled: false });
    chain.event(event('b-c'));
    chain.settleDrift();
    chain.page('a', page('c', ['a-b', 'b-c']));
    expect(output).toEqual(['read a', 'b', 'c']);
  });
});
