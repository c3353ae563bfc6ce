import { readFileSync } from 'node:fs';
import { loadConfig, renderConfigTable } from '@switchboard/runtime';
import { describe, expect, it } from 'vitest';
import { edgeConfig, limitsOf } from './config.ts';

describe('the configuration', () => {
  it.each(['../README.md', '../../../README.md'])(
    'is documented in %s as the schema has it',
    (path) => {
      const readme = readFileSync(new URL(path, import.meta.url), 'utf8');
      expect(readme).toContain(renderConfigTable(edgeConfig));
    },
  );

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
