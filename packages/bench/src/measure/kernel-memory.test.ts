import { expect, test } from 'vitest';
import { parseSlab, parseTcpPages } from './kernel-memory.ts';

test('memory of the kernel is what it cannot give back, and the buffers of TCP', () => {
  expect(parseSlab('Slab:  453752 kB\nSReclaimable: 386844 kB\nSUnreclaim:   66908 kB\n')).toBe(
    66_908 * 1024,
  );
  expect(parseTcpPages('sockets: used 14\nTCP: inuse 1 orphan 0 tw 2 alloc 1 mem 178\n')).toBe(178);
});
