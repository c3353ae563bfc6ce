/** What the operations are made of. Built in `ingress.ts`; each operation takes what it needs. */
import type { Bus } from '@switchboard/bus';
import type { Stamp } from '@switchboard/protocol';
import type { Append } from './append.ts';
import type { Idempotency } from './idempotency.ts';
import type { Schemas } from './schemas.ts';

export interface Parts {
  readonly bus: Bus;
  readonly schemas: Schemas;
  readonly append: Append;
  readonly idempotency: Idempotency;
  /** A new event id, and the time by Redis' clock. */
  readonly stamp: () => Stamp;
}
