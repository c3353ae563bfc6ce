import { readFileSync } from 'node:fs';
import { loadConfig, renderConfigTable } from '@switchboard/runtime';
import { describe, expect, it } from 'vitest';
import { edgeConfig, limitsOf } from './config.ts';

describe('the configuration', () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

  it.each(['../README.md', '../../../docs/configuration.md'])(
    'is documented in %s as the schema has it',
    (path) => {
      expect(read(path)).toContain(renderConfigTable(edgeConfig));
    },
  );

  it('is in the README, where it names a variable, as the schema has it', () => {
    const readme = read('../../../README.md');
    const rows = renderConfigTable(edgeConfig).split('\n');
    const named = rows.filter((row) => readme.includes(row.slice(0, row.indexOf('|', 1) + 1)));
    for (const row of named) expect(readme).toContain(row);
    expect(named.length).toBeGreaterThan(4); // Head and line of the table among them.
  });

  it('needs nothing set, but for the keys of tokens, which main asks for', () => {
    expect(loadConfig(edgeConfig, {})).toMatchObject({
      ok: true,
      config: { PORT: 7_001, PARTITIONS: 16 },
    });
  });

  it('sets the limits that clients are told', () => {
    const loaded = loadConfig(edgeConfig, { FRAME_MAX_BYTES: '2048', TEXT_MAX_BYTES: '1000' });
    expect(loaded.ok && limitsOf(loaded.config)).toMatchObject({
      clientFrameMaxBytes: 2_048,
      clientFrameCutBytes: 4_096,
      textMaxBytes: 1_000,
    });
  });
});
