/** The client's plain types and numbers, held against `packages/protocol`. What they say is checked by `tsc -b`. */
import {
  closeCodes,
  defaultLimits,
  reconnectsAfter,
  type ClientData,
  type ServerData as ProtocolData,
  type ServerEvent as ProtocolEvent,
} from '@switchboard/protocol';
import { describe, expect, expectTypeOf, test } from 'vitest';
import * as ours from './close-codes.ts';
import { initialState } from './machine/state.ts';
import type {
  OutgoingMessage,
  OutgoingReceipt,
  OutgoingTyping,
  ServerData,
  ServerEvent,
} from './server-data.ts';

/** Whether each of the two can stand for the other. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Differing = {
  [E in ProtocolEvent]: Same<ServerData[E], ProtocolData[E]> extends true ? never : E;
}[ProtocolEvent];

describe('the types of the client', () => {
  test('are those of the protocol, event by event', () => {
    expectTypeOf<ServerEvent>().toEqualTypeOf<ProtocolEvent>();
    expectTypeOf<Differing>().toEqualTypeOf<never>();
  });

  test('know every field, and no other', () => {
    type Known<T> = keyof { [K in keyof T as string extends K ? never : K]: 0 };
    type Fields<D extends { messageAdded: { message: object } }> = Known<
      D['messageAdded']['message']
    >;
    expectTypeOf<Fields<ServerData>>().toEqualTypeOf<Fields<ProtocolData>>();
    type ChatFields<D extends { chatUpdated: { chat: object } }> = Known<D['chatUpdated']['chat']>;
    expectTypeOf<ChatFields<ServerData>>().toEqualTypeOf<ChatFields<ProtocolData>>();
    type OperatorFields<D extends { operatorUpdated: { operator: object } }> = Known<
      D['operatorUpdated']['operator']
    >;
    expectTypeOf<OperatorFields<ServerData>>().toEqualTypeOf<OperatorFields<ProtocolData>>();
  });

  test('of what is sent are fields that the server takes', () => {
    expectTypeOf<keyof OutgoingMessage>().toEqualTypeOf<keyof ClientData['sendMessage']>();
    expectTypeOf<keyof OutgoingReceipt | 'message_id'>().toEqualTypeOf<
      keyof ClientData['markMessageRead']
    >();
    expectTypeOf<keyof OutgoingTyping>().toEqualTypeOf<keyof ClientData['updateTyping']>();
  });
});

describe('the numbers of the client', () => {
  test.each(Object.entries(closeCodes))('know what to do after %s', (name, { code }) => {
    const isFinal = ours.isFinal(code);
    expect(isFinal).toBe(!reconnectsAfter(code));
    expect(ours.nameOf(code)).toBe(isFinal || code === 4004 ? name : `code_${code}`);
  });

  test('are those of the catalogue', () => {
    const { position_lost, token_expired, ping_timeout, rate_limited } = closeCodes;
    expect([ours.positionLost, ours.tokenExpired, ours.pingTimeout, ours.rateLimited]).toEqual(
      [position_lost, token_expired, ping_timeout, rate_limited].map(({ code }) => code),
    );
    const { frameMaxBytes, pingAfterMs, pongTimeoutMs } = initialState({
      canRenew: true,
      wantsHistory: false,
      queueMax: 1,
    });
    expect({ clientFrameMaxBytes: frameMaxBytes, pingAfterMs, pongTimeoutMs }).toEqual({
      clientFrameMaxBytes: defaultLimits.clientFrameMaxBytes,
      pingAfterMs: defaultLimits.pingAfterMs,
      pongTimeoutMs: defaultLimits.pongTimeoutMs,
    });
  });
});
