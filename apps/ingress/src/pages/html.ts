/** HTML from templates in which every value is escaped, unless it is HTML already. */

/** Text that is safe to put into a page. Only `html` and `join` make it. */
export interface Html {
  readonly html: string;
}

type Value = Html | string | number | undefined;

/** The template's own text as it is, its values escaped; undefined gives nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  const parts = strings.map((text, index) => text + render(values[index]));
  return { html: parts.join('') };
}

export function join(parts: readonly Html[], separator = '\n'): Html {
  return { html: parts.map((part) => part.html).join(separator) };
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escape(text: string): string {
  return text.replace(/[&<>"']/gu, (char) => entities[char] ?? char);
}

function render(value: Value): string {
  if (value === undefined) return '';
  return typeof value === 'object' ? value.html : escape(String(value));
}

/** The little Markdown that descriptions use: paragraphs, lists and `code`. */
export function prose(text: string | undefined): Html {
  if (text === undefined || text === '') return html``;
  return join(
    text
      .trim()
      .split(/\n\s*\n/u)
      .map(block),
  );
}

function block(text: string): Html {
  const lines = text.split('\n').map((line) => line.trim());
  if (!lines.every((line) => /^[-*] /u.test(line))) return html`<p>${inline(lines.join(' '))}</p>`;
  return html`<ul>
    ${join(lines.map((line) => html`<li>${inline(line.slice(2))}</li>`))}
  </ul>`;
}

export function inline(text: string): Html {
  return { html: escape(text).replace(/`([^`]+)`/gu, '<code>$1</code>') };
}
