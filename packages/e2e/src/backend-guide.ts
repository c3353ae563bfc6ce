/** docs/backend-guide.md, for the tests that run what stands in it. */
import { readFile } from 'node:fs/promises';

const guide = await readFile(new URL('../../../docs/backend-guide.md', import.meta.url), 'utf8');
const sections = guide.split(/^## /mu);

/** The one piece of a language in a section. */
export const codeOf = (section: string, language: string): string => {
  const text = sections.find((part) => part.startsWith(`${section}\n`)) ?? '';
  const pieces = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gmu'))];
  if (pieces.length !== 1) throw new Error(`${pieces.length} pieces of ${language} in ${section}`);
  return pieces[0]?.[1] ?? '';
};
