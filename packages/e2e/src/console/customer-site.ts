/** A customer's site: a page that embeds the widget by one tag, under a policy of its own, and its tokens. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CustomerSite {
  readonly url: string;
  /** How often a token was asked for. */
  readonly asked: () => number;
  stop(): void;
}

export interface CustomerSiteOptions {
  /** Where the console is served. */
  readonly consoleUrl: string;
  readonly edgeUrl: string;
  /** A rejection is a 503. */
  readonly token: (asked: number) => Promise<string>;
}

export const openCustomerSite = async (options: CustomerSiteOptions): Promise<CustomerSite> => {
  const { consoleUrl, edgeUrl, token } = options;
  let asked = 0;
  const { origin } = new URL(consoleUrl);
  const policy = `default-src 'none'; script-src ${origin}; connect-src 'self' ${new URL(edgeUrl).origin}; img-src data:`;
  const tag = `<script src="${consoleUrl}widget.js" data-url="${edgeUrl}" data-token-url="/chat-token" async></script>`;
  const page = `<!doctype html><title>Shop</title><link rel="icon" href="data:,">${tag}`;
  const server = createServer((request, response) => {
    if (request.url === '/chat-token') {
      token((asked += 1)).then(
        (text) => response.end(text),
        () => response.writeHead(503).end(),
      );
      return;
    }
    response.setHeader('content-security-policy', policy);
    response.setHeader('content-type', 'text/html; charset=utf-8').end(page);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked: () => asked,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
