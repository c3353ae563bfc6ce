import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { normalizeTimestamp } from './timestamp.ts';

describe('normalizeTimestamp', () => {
  it.each([
    ['2026-03-01T09:30:00Z', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01t09:30:00z', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01T12:30:00+03:00', '2026-03-01T09:30:00.000Z'],
    ['2026-02-28T23:30:00-05:30', '2026-03-01T05:00:00.000Z'],
    ['2026-03-01T09:30:00.1Z', '2026-03-01T09:30:00.100Z'],
    ['2026-03-01T09:30:00.123456789Z', '2026-03-01T09:30:00.123Z'],
    ['2026-03-01T09:30:00.9999Z', '2026-03-01T09:30:00.999Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['0099-01-01T00:00:00Z', '0099-01-01T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['2016-12-31T23:59:60.000Z', '2017-01-01T00:00:00.000Z'],
    ['2026-03-01T00:00:00-00:00', '2026-03-01T00:00:00.000Z'],
    ['2026-03-01T09:30:00+23:59', '2026-02-28T09:31:00.000Z'],
  ])('reads %s', (text, normal) => {
    expect(normalizeTimestamp(text)).toBe(normal);
  });

  it.each([
    '2026-03-01T09:30:00',
    '2026-03-01 09:30:00Z',
    '2026-03-01',
    '2026-02-29T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-02-30T00:00:00.000Z',
    '2026-00-01T00:00:00.000Z',
    '2026-03-00T00:00:00.000Z',
    '2026-03-01T24:00:00.000Z',
    '2026-03-01T09:60:00.000Z',
    '2026-03-01T09:30:61.000Z',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-03-00T00:00:00Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T09:60:00Z',
    '2026-03-01T09:30:61Z',
    '2026-03-01T09:30:00.Z',
    '2026-03-01T09:30:00.1234567890Z',
    '2026-03-01T09:30:00+24:00',
    '2026-03-01T09:30:00+03:60',
    '2026-03-01T09:30:00+0300',
    '2026-03-01T09:30:00Zz',
    ' 2026-03-01T09:30:00Z',
    '２026-03-01T09:30:00Z',
    '0000-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '1772357400000',
    '',
  ])('refuses %j', (text) => {
    expect(normalizeTimestamp(text)).toBeUndefined();
  });

  const instants = fc.date({
    min: new Date('0001-01-02T00:00:00Z'),
    max: new Date('9999-12-30T00:00:00Z'),
    noInvalidDate: true,
  });

  test.prop([instants])('gives back what it gave', (date) => {
    expect(normalizeTimestamp(date.toISOString())).toBe(date.toISOString());
  });

  test.prop([instants, fc.integer({ min: -1439, max: 1439 })])(
    'reads the same instant in every offset',
    (date, minutes) => {
      const wall = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
      const abs = Math.abs(minutes);
      const two = (value: number) => String(value).padStart(2, '0');
      const offset = `${minutes < 0 ? '-' : '+'}${two(Math.floor(abs / 60))}:${two(abs % 60)}`;
      expect(normalizeTimestamp(wall + offset)).toBe(date.toISOString());
    },
  );
});
