import { describe, expect, it } from 'vitest';
import { closeCodes, reconnectsAfter } from './close-codes.ts';
import { type ErrorEntry, errors, frameErrorCodes, notAddedCodes, problemCodes } from './errors.ts';
import { createProblem } from './http/create-problem.ts';
import { problem } from './http/answers.ts';

describe('the catalogue of errors', () => {
  it('has the frame errors of the contract', () => {
    expect([...frameErrorCodes].sort()).toEqual(
      [
        'malformed',
        'unknown_event',
        'validation_failed',
        'frame_too_large',
        'forbidden',
        'message_unknown',
        'rate_limited',
        'token_invalid',
        'unavailable',
        'internal',
      ].sort(),
    );
  });

  it('has the codes of messageNotAdded, and says which may be sent again', () => {
    const retryable = Object.fromEntries(
      notAddedCodes.map((code) => [code, errors[code].retryable]),
    );
    expect(retryable).toEqual({
      validation_failed: false,
      message_too_long: false,
      type_not_allowed: false,
      forbidden: false,
      chat_closed: false,
      rate_limited: true,
      too_many_pending: true,
      backend_rejected: false,
      backend_unavailable: true,
      backend_timeout: true,
      unavailable: true,
      internal: true,
    });
  });

  it('has the statuses of the contract', () => {
    const statuses = problemCodes.map((code) => errors[code].status);
    expect(new Set(statuses)).toEqual(
      new Set([400, 401, 403, 404, 405, 409, 413, 415, 422, 426, 429, 500, 503]),
    );
  });

  it.each(Object.entries<ErrorEntry>(errors))(
    '%s is told somewhere, and says what to do',
    (_code, entry) => {
      expect(entry.in.length).toBeGreaterThan(0);
      expect(entry.status !== undefined).toBe(entry.in.includes('problem'));
      expect(entry.title).not.toMatch(/\.$/u);
      expect(entry.whatToDo).toMatch(/\.$/u);
    },
  );

  it.each(problemCodes)('%s makes a problem with its status', (code) => {
    const body = createProblem(code, {
      detail: 'Why',
      errors: [{ field: 'a.b', message: 'no', code: 'x' }],
    });
    expect(problem.parse(body)).toEqual({
      type: 'about:blank',
      title: errors[code].title,
      status: errors[code].status,
      code,
      detail: 'Why',
      errors: [{ field: 'a.b', message: 'no' }],
    });
  });
});

describe('the catalogue of close codes', () => {
  const numbers = Object.fromEntries(
    Object.entries(closeCodes).map(([name, { code }]) => [name, code]),
  );

  it('has the numbers of the contract, each once', () => {
    expect(numbers).toEqual({
      draining: 4001,
      slow_consumer: 4002,
      position_lost: 4003,
      token_expired: 4004,
      ping_timeout: 4008,
      rate_limited: 4429,
      token_revoked: 4500,
      kicked: 4501,
      protocol_error: 4502,
      replaced: 4503,
      not_allowed: 4504,
      token_invalid: 4505,
    });
    expect(new Set(Object.values(numbers)).size).toBe(Object.keys(numbers).length);
  });

  it.each(Object.values(closeCodes))(
    '$code means reconnect or not by its range',
    ({ code, reconnect }) => {
      expect(reconnect).toBe(code < 4500);
      expect(reconnectsAfter(code)).toBe(reconnect);
    },
  );

  it.each([
    [1000, false],
    [1001, true],
    [1005, false],
    [1006, true],
    [1012, true],
    [4499, true],
    [4500, false],
    [4777, false],
    [4999, false],
    [3000, true],
  ])('after %d reconnects: %s', (code, reconnects) => {
    expect(reconnectsAfter(code)).toBe(reconnects);
  });
});
