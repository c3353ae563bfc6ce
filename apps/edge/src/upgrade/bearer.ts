/** Where a token may stand: subprotocol pair, header, query; the first that is there counts. */
import type { UpgradeHead } from './upgrade-head.ts';

export interface Bearer {
  /** Empty: there is none. */
  readonly token: string;
  /** What the upgrade answers as `Sec-WebSocket-Protocol`: never the token. */
  readonly subprotocol: 'bearer' | '';
}

export function findBearer(head: UpgradeHead, query: URLSearchParams): Bearer {
  const offered = head.subprotocols.split(',').map((item) => item.trim());
  const index = offered.indexOf('bearer');
  const subprotocol = index >= 0 ? 'bearer' : '';
  const paired = index >= 0 ? offered[index + 1] : undefined;
  const token = paired || fromHeader(head.authorization) || query.get('token') || '';
  return { token, subprotocol };
}

function fromHeader(authorization: string): string | undefined {
  return /^bearer +(\S+) *$/iu.exec(authorization)?.[1];
}
