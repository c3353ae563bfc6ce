/**
 * The console (`apps/console`) as it was built: files, and nothing else. The pages may load their own
 * files and connect to this origin and to the sockets that are set; nothing may frame them.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { consolePolicy } from '../security-headers.ts';

export interface ConsoleOptions {
  readonly basePath: string;
  /** Where its pages may open sockets, besides their own origin. */
  readonly socketSources: readonly string[];
}

/** Beside this app, in the repository and in the image alike. */
const site = new URL('../../../console/dist/site/', import.meta.url);

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface SiteFile {
  readonly name: string;
  readonly type: string;
  readonly plain: Form;
  readonly zipped: Form;
}

/** Other bytes, another tag: it is a strong one. */
interface Form {
  readonly bytes: Buffer;
  readonly tag: string;
}

/** Where the console was not built there is none: 404. */
export async function addConsole(app: FastifyInstance, options: ConsoleOptions): Promise<void> {
  const files = await readSite();
  const policy = consolePolicy(options.socketSources);
  const schema = { hide: true };
  for (const file of files) {
    const path = file.name === 'index.html' ? '/console/' : `/console/${file.name}`;
    app.get(path, { schema }, (request, reply) => sendFile(file, policy, { request, reply }));
  }
  if (files.length > 0) {
    app.get('/console', { schema }, (_request, reply) =>
      reply.redirect(`${options.basePath}/console/`, 308),
    );
  }
}

async function readSite(): Promise<SiteFile[]> {
  const names = await readdir(site).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return Promise.all(names.filter((name) => extname(name) in types).map(readSiteFile));
}

async function readSiteFile(name: string): Promise<SiteFile> {
  const bytes = await readFile(new URL(name, site));
  const type = types[extname(name)] ?? 'application/octet-stream';
  return { name, type, plain: formOf(bytes), zipped: formOf(gzipSync(bytes, { level: 9 })) };
}

function formOf(bytes: Buffer): Form {
  const tag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { bytes, tag };
}

function sendFile(
  { name, type, plain, zipped }: SiteFile,
  policy: string,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): FastifyReply {
  const isZipped = acceptsGzip(request.headers['accept-encoding']);
  const { bytes, tag } = isZipped ? zipped : plain;
  reply.headers({
    'content-security-policy': policy,
    // Kept by the browser, and asked about at every visit.
    'cache-control': 'no-cache',
    etag: tag,
    vary: 'accept-encoding',
  });
  // What a customer's site embeds.
  if (name === 'widget.js') reply.header('cross-origin-resource-policy', 'cross-origin');
  if (isKnown(tag, request.headers['if-none-match'])) return reply.code(304).send();
  if (isZipped) reply.header('content-encoding', 'gzip');
  return reply.type(type).send(bytes);
}

/** RFC 9110, 12.5.3: `gzip`, or else `*`, unless its weight is 0. */
function acceptsGzip(accepted = ''): boolean {
  const weights = new Map(accepted.toLowerCase().split(',').map(codingOf));
  return (weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0) > 0;
}

function codingOf(item: string): readonly [string, number] {
  const [name = '', ...parameters] = item.split(';').map((part) => part.trim());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  return [name, weight === undefined ? 1 : Number(weight.slice(2))];
}

/** RFC 9110, 13.1.2: one of several, and a cache between may have made it a weak one. */
function isKnown(tag: string, known = ''): boolean {
  return known.split(',').some((one) => one.trim().replace(/^W\//u, '') === tag);
}
