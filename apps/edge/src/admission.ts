/** What lets in and what holds back, built from the configuration: the door, the pressure, the limit of messages. */
import type { Bus } from '@switchboard/bus';
import { createAdaptiveLimit, textOf, type Metrics } from '@switchboard/runtime';
import type { EdgeConfig } from './config.ts';
import { edgeMetrics } from './metrics/descriptions.ts';
import type { Traffic } from './metrics/traffic.ts';
import { createGauge, type Gauge } from './pressure/gauge.ts';
import { createPressure, type Sheddable } from './pressure/pressure.ts';
import { createDoor, type Door } from './upgrade/door.ts';
import { openFilesMax, socketsWithin } from './upgrade/open-files.ts';
import { createProxyWatch, type ProxySigns } from './upgrade/proxy-signs.ts';

export interface AdmissionOptions {
  readonly config: EdgeConfig;
  readonly bus: Bus;
  readonly metrics: Metrics;
  readonly traffic: Pick<Traffic, 'shed'>;
  /** True while it stops. */
  readonly isClosing: () => boolean;
  readonly sockets: () => number;
  readonly onWarning: (message: string, details: Record<string, unknown>) => void;
}

/** What commands ask before they do something. */
export interface Holdback {
  sheds(what: Sheddable): boolean;
  /** 0: a message may be taken. Otherwise the milliseconds after which to send it again. */
  takeMessage(): number;
}

export interface Admission extends Holdback {
  readonly door: Door;
  readonly gauge: Gauge;
  proxySigns(): ProxySigns;
}

/** An edge that is late whatever is taken must not stop the cluster: so many messages a second go on. */
const floorPerSecond = 100;
/** Messages are refused from this part of what an edge may be late on. */
const refusedFromPart = 0.6;
const trustedAddressConnectsPerSecond = 20;
const retryAfterMs = 1_000;
/** Of the container's memory: above it the kernel is near. */
const memoryPart = 0.9;

export function createAdmission(options: AdmissionOptions): Admission {
  const { config, bus, traffic, metrics } = options;
  const now = () => performance.now();
  const lagMaxMs = config.OVERLOAD_LAG_MS;
  const residentMaxBytes = config.RESIDENT_MAX_BYTES ?? containerBytes() * memoryPart;
  const pressure = createPressure({ lagMaxMs, residentMaxBytes });
  const messages = createAdaptiveLimit({
    targetLagMs: lagMaxMs * refusedFromPart,
    floorPerSecond,
    now,
  });
  const gauge = createGauge({
    pressure,
    messages,
    watch: bus.nodes.watchLag(),
    tellLag: bus.nodes.tellLag,
    takeFollowLagMs: bus.takeFollowLagMs,
    lagMaxMs,
    onWarning: options.onWarning,
  });
  describeLag(metrics, gauge);
  const proxies = createProxyWatch(config.TRUSTED_PROXIES ?? []);
  const door = createDoor({
    ...doorSettings(options),
    isPressed: () => pressure.sheds('connects'),
    now,
  });
  return {
    gauge,
    door: {
      ...door,
      closedTo(peer) {
        proxies.note(peer);
        return door.closedTo(peer);
      },
    },
    proxySigns: proxies.signs,
    sheds: (what) => pressure.sheds(what),
    takeMessage() {
      if (!pressure.sheds('messages') && messages.reserve(0) === 0) return 0;
      traffic.shed('messages');
      // Until there is one is no time at all: what counts is that not all come back at once.
      return Math.round(retryAfterMs * (1 + Math.random()));
    },
  };
}

function doorSettings({ config, bus, traffic, isClosing, sockets, onWarning }: AdmissionOptions) {
  const socketsMax = socketsWithin(openFilesMax(), config.SOCKETS_MAX);
  if (socketsMax < config.SOCKETS_MAX) {
    const details = { socketsMax, wanted: config.SOCKETS_MAX };
    onWarning('SOCKETS_MAX is cut to what the limit of open files (ulimit -n) allows', details);
  }
  const trustedProxies = config.TRUSTED_PROXIES ?? [];
  return {
    isAway: () => isClosing() || !bus.health().ready,
    sockets,
    socketsMax,
    connectsMaxPerSecond: config.CONNECTS_MAX_PER_SECOND,
    addressConnectsMaxPerSecond:
      config.ADDRESS_CONNECTS_MAX_PER_SECOND ??
      (trustedProxies.length > 0 ? trustedAddressConnectsPerSecond : 0),
    userConnectsMaxPerSecond: config.USER_CONNECTS_MAX_PER_SECOND,
    trustedProxies,
    onPressed: () => traffic.shed('connects'),
    random: Math.random,
  };
}

/** 0: no container bounds it. */
function containerBytes(): number {
  const bytes = process.constrainedMemory();
  // Without a bound the kernel tells a number near 2^63.
  return bytes < Number.MAX_SAFE_INTEGER ? bytes : 0;
}

function describeLag(metrics: Metrics, gauge: Gauge): void {
  metrics.gauge(textOf(edgeMetrics.loopLag), () => gauge.lag().loopLagMs);
  metrics.gauge(textOf(edgeMetrics.followLag), () => gauge.lag().followLagMs);
}
