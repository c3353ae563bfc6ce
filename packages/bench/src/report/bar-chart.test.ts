import { expect, test } from 'vitest';
import { drawBars } from './bar-chart.ts';

const panel = { title: 'Posts', note: 'more is better', format: (value: number) => `${value}/s` };

const widthsOf = (svg: string, kind: string): number[] =>
  [...svg.matchAll(new RegExp(`class="${kind}"[^>]* width="([\\d.]+)"`, 'g'))].map(([, width]) =>
    Number(width),
  );

test('bars of one group share a scale from zero, and those of another have their own', () => {
  const svg = drawBars({
    title: 'A & B',
    subtitle: '',
    panels: [panel],
    groups: [
      {
        title: 'fast',
        rows: [
          { name: 'we', isOurs: true, values: [2000] },
          { name: 'they', isOurs: false, values: [1000] },
        ],
      },
      { title: 'slow', rows: [{ name: 'they', isOurs: false, values: [10] }] },
    ],
  });
  const [ours = 0] = widthsOf(svg, 'ours');
  const [half = 0, all = 0] = widthsOf(svg, 'peer');
  expect(half / ours).toBeCloseTo(0.5, 2);
  expect(all).toBe(ours);
  expect(svg).toContain('A &amp; B');
  expect(svg).toContain('>2000/s</text>');
});

test('what is not known has no bar', () => {
  const rows = [{ name: 'they', isOurs: false, values: [null] }];
  const svg = drawBars({ title: '', subtitle: '', panels: [panel], groups: [{ title: '', rows }] });
  expect(widthsOf(svg, 'peer')).toEqual([]);
  expect(svg).toContain('>–</text>');
});
