/** The protocol's schemas under this deployment's limits, built once. */
import {
  batchBodySchema,
  chatBodySchema,
  chatEventsQuery,
  chatParams,
  createScalars,
  defaultLimits,
  disconnectBody,
  globalBodySchema,
  type Limits,
  messageBodySchema,
  messageUpdateBodySchema,
  notificationBodySchema,
  onlineUsersQuery,
  operatorsBodySchema,
} from '@switchboard/protocol';
import { messageLimitsOf } from '@switchboard/runtime';
import type { IngressConfig } from './config.ts';

export function limitsOf(config: IngressConfig): Limits {
  return {
    ...defaultLimits,
    httpBodyMaxBytes: config.BODY_MAX_BYTES,
    batchBodyMaxBytes: config.BULK_BODY_MAX_BYTES,
    batchItemsMax: config.BATCH_MAX_ITEMS,
    operatorsMax: config.OPERATORS_MAX_ITEMS,
    ...messageLimitsOf(config),
  };
}

export function createSchemas(limits: Limits) {
  const scalars = createScalars(limits);
  return {
    message: messageBodySchema(scalars),
    messageUpdate: messageUpdateBodySchema(scalars),
    chat: chatBodySchema(scalars),
    operators: operatorsBodySchema(scalars),
    global: globalBodySchema(scalars),
    notification: notificationBodySchema(scalars),
    batch: batchBodySchema(scalars),
    disconnect: disconnectBody,
    onlineUsersQuery,
    chatEventsQuery,
    chatParams,
  };
}

export type Schemas = ReturnType<typeof createSchemas>;
