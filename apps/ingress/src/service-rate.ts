/**
 * How often a calling service may call, whichever ingress it meets: its bucket is in Redis. While Redis
 * does not answer it may: what cannot be counted is not refused.
 */
import { BusUnavailable, type Rates, type SharedRate } from '@switchboard/bus';
import type { FastifyInstance } from 'fastify';
import type { Measurements } from './measurements.ts';
import { problem } from './problem.ts';

export interface ServiceRateOptions {
  readonly rates: Rates;
  readonly rate: SharedRate;
  readonly measurements: Pick<Measurements, 'heldBack'>;
}

/** Rejects with 429 when the service has made all its calls. */
export type TakeCalls = (tokenName: string, count: number) => Promise<void>;

/** @param options.rate 0 in a second: no limit, and nothing is asked */
export function createServiceRate({ rates, rate, measurements }: ServiceRateOptions): TakeCalls {
  const take = async (tokenName: string, count: number) => {
    try {
      return await rates.take(tokenName, rate, count);
    } catch (error) {
      if (error instanceof BusUnavailable) return 0;
      throw error;
    }
  };
  return async (tokenName, count) => {
    if (rate.perSecond === 0 || count === 0) return;
    const waitMs = await take(tokenName, count);
    if (waitMs === 0) return;
    measurements.heldBack('service');
    throw problem('rate_limited', { retryAfterS: Math.ceil(waitMs / 1_000) });
  };
}

/** For all routes that are added to `app` after this call, and behind the check of the token. */
export function limitServices(app: FastifyInstance, takeCalls: TakeCalls): void {
  app.addHook('onRequest', (request) => takeCalls(request.tokenName, 1));
}
