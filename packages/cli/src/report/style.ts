/** Colours, for terminals that want them. */
import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

export type Style = (format: Format, text: string) => string;

export function createStyle(hasColors: boolean): Style {
  return (format, text) => (hasColors ? styleText(format, text, { validateStream: false }) : text);
}
