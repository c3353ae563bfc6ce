/** `/docs/async`: the AsyncAPI document as one page of plain HTML, without any script. */
import {
  type ApiOperation,
  type AsyncApiDocument,
  type Channel,
  lookUp,
  type Message,
  nameOf,
  type Reference,
  type Schema,
} from './asyncapi-document.ts';
import { type Html, html, inline, join, prose } from './html.ts';
import { type Field, fieldsOf, typeOf } from './schema-fields.ts';

/** @param links where the page's own files and neighbours are, relative to it */
export function renderAsyncApiPage(
  document: AsyncApiDocument,
  links: { readonly stylesheet: string; readonly openApi: string; readonly source: string },
): string {
  const { info } = document;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${info.title} ${info.version}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${links.stylesheet}" />
      </head>
      <body>
        <nav aria-label="Contents">
          <p class="brand">${info.title} <small>${info.version}</small></p>
          ${navigation(document)}
        </nav>
        <main>
          <header>
            <h1>${info.title}</h1>
            ${prose(info.description)}
            <p class="links">
              <a href="${links.openApi}">HTTP operations (try them)</a>
              <a href="${links.source}">asyncapi.json</a>
            </p>
            ${servers(document)}
          </header>
          ${join(channelsOf(document).map(([name, channel]) => renderChannel(document, name, channel)))}
          <section id="schemas">
            <h2>Schemas</h2>
            ${join(Object.entries(document.components?.schemas ?? {}).map(([name, schema]) => renderSchema(document, name, schema)))}
          </section>
        </main>
      </body>
    </html> `.html;
}

function channelsOf(document: AsyncApiDocument): [string, Channel][] {
  return Object.entries(document.channels ?? {});
}

function operationsOf(document: AsyncApiDocument, channel: string): [string, ApiOperation][] {
  const all = Object.entries(document.operations ?? {});
  return all.filter(([, operation]) => nameOf(operation.channel.$ref ?? '') === channel);
}

function navigation(document: AsyncApiDocument): Html {
  return join(
    channelsOf(document).map(([name, channel]) => {
      const entries = operationsOf(document, name).map(
        ([id]) => html`<li><a href="#operation-${id}">${id}</a></li>`,
      );
      return html`<h2>${channel.address ?? name}</h2>
        <ul>
          ${join(entries)}
        </ul>`;
    }),
  );
}

function servers({ servers = {} }: AsyncApiDocument): Html {
  const rows = Object.entries(servers).map(
    ([name, { protocol, host, pathname, description }]) =>
      html`<li>
        <code>${protocol}://${host}${pathname}</code>
        <span class="tag">${name}</span> ${inline(description ?? '')}
      </li>`,
  );
  return rows.length === 0
    ? html``
    : html`<ul class="servers">
        ${join(rows)}
      </ul>`;
}

function renderChannel(document: AsyncApiDocument, name: string, channel: Channel): Html {
  const operations = operationsOf(document, name);
  return html`<section class="channel" id="channel-${name}">
    <h2><code>${channel.address ?? name}</code></h2>
    ${prose(channel.description ?? channel.summary)}
    ${join(operations.map(([id, operation]) => renderOperation(document, id, operation)))}
  </section>`;
}

/** The document is written from the server's side; a reader wants to know who sends. */
const directions = { send: 'server sends', receive: 'server receives' } as const;

function renderOperation(document: AsyncApiDocument, id: string, operation: ApiOperation): Html {
  const { action, reply, security } = operation;
  return html`<article class="operation ${action}" id="operation-${id}">
    <h3>
      ${id}
      <span class="direction">${directions[action]}</span
      >${security === undefined ? undefined : html` <span class="tag">Api-Token</span>`}
    </h3>
    ${prose(operation.summary)} ${prose(operation.description)}
    ${messages(document, operation.messages ?? [], id)}
    ${
      reply === undefined
        ? undefined
        : html`<h4>Answers</h4>
            ${messages(document, reply.messages ?? [], `${id}-reply`)}`
    }
  </article>`;
}

function messages(
  document: AsyncApiDocument,
  references: readonly Reference[],
  scope: string,
): Html {
  return join(references.map((reference) => renderMessage(document, reference, scope)));
}

function renderMessage(document: AsyncApiDocument, reference: Reference, scope: string): Html {
  const message: Message = lookUp(document, reference as Message);
  const id = nameOf(reference.$ref ?? message.name ?? '');
  const tags = (message.tags ?? []).map(({ name }) => html`<span class="tag">${name}</span>`);
  return html`<section class="message" id="${scope}-${id}">
    <h4>${message.title ?? message.name ?? id} <code>${id}</code> ${join(tags, ' ')}</h4>
    ${prose(message.summary)} ${prose(message.description)}
    ${message.payload === undefined ? undefined : payload(document, message.payload)}
    ${join((message.examples ?? []).map(({ name, summary, payload: example }) => renderExample(summary ?? name, example)))}
  </section>`;
}

function payload(document: AsyncApiDocument, schema: Schema): Html {
  const fields = fieldsOf(document, schema);
  if (fields.length > 0) return fieldTable(fields);
  return html`<p class="payload">Payload: <code>${typeOf(document, schema)}</code></p>`;
}

function renderSchema(document: AsyncApiDocument, name: string, schema: Schema): Html {
  const fields = fieldsOf(document, schema);
  return html`<details id="schema-${name}">
    <summary>${name}</summary>
    ${prose(schema.description)}
    ${fields.length > 0 ? fieldTable(fields) : html`<p><code>${typeOf(document, schema)}</code></p>`}
  </details>`;
}

function fieldTable(fields: readonly Field[]): Html {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>Field</th>
          <th>Type</th>
          <th>Meaning</th>
        </tr>
      </thead>
      <tbody>
        ${join(fields.map(fieldRow))}
      </tbody>
    </table>
  </div>`;
}

function fieldRow({ path, type, required, description }: Field): Html {
  const mark = required ? html` <span class="required">required</span>` : undefined;
  return html`<tr>
    <td><code>${path}</code>${mark}</td>
    <td><code>${type}</code></td>
    <td>${inline(description)}</td>
  </tr>`;
}

function renderExample(name: string | undefined, example: unknown): Html {
  return html`<details class="example">
    <summary>Example${name === undefined ? '' : `: ${name}`}</summary>
    <pre><code>${JSON.stringify(example, undefined, 2)}</code></pre>
  </details>`;
}
