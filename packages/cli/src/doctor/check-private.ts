/** What each process says at its private port: ready or why not, its clock, its files. */
import { type Finding, finding } from '@switchboard/bus';

interface Ready {
  readonly ready: boolean;
  readonly reasons: readonly string[];
  readonly clock_offset_ms: number;
}

interface Told {
  readonly url: string;
  readonly health: Ready | undefined;
  readonly filesMax: number;
  readonly filesOpen: number;
}

const timeoutMs = 3_000;
const clockWarnMs = 1_000;
const clockFailMs = 30_000;
const filesMin = 65_536;
const filesWarnShare = 0.8;

/** @param urls private ports, `http://…`; none: skipped @param leastFiles open files that each may have */
export async function checkPrivate(
  urls: readonly string[],
  leastFiles = filesMin,
): Promise<Finding[]> {
  if (urls.length === 0) {
    const change =
      'Give --private <url…>: clocks and limits of open files can be seen there alone.';
    return [finding('processes', ['skip', 'no private port was named', change])];
  }
  const told = await Promise.all(urls.map(ask));
  return [judgeReady(told), judgeClocks(told), judgeFiles(told, leastFiles)];
}

async function ask(url: string): Promise<Told> {
  try {
    const health = (await (await read(`${url}/health/ready`)).json()) as Ready;
    const metrics = await (await read(`${url}/metrics`)).text();
    const value = (name: string) =>
      Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'mu').exec(metrics)?.[1]);
    return {
      url,
      health,
      filesMax: value('process_max_fds'),
      filesOpen: value('process_open_fds'),
    };
  } catch {
    return { url, health: undefined, filesMax: NaN, filesOpen: NaN };
  }
}

const read = (url: string) => fetch(url, { signal: AbortSignal.timeout(timeoutMs) });

function judgeReady(told: readonly Told[]): Finding {
  const bad = told.filter(({ health }) => !health?.ready);
  const saw = bad.map(
    ({ url, health }) => `${url} ${health?.reasons.join(', ') ?? 'does not answer'}`,
  );
  return finding('processes', [
    bad.length === 0 ? 'ok' : 'fail',
    saw.join('; ') || `${told.length} processes are ready`,
    'The reason is in words; see what it logs.',
  ]);
}

function judgeClocks(told: readonly Told[]): Finding {
  const offsets = told.map(({ health }) => Math.abs(health?.clock_offset_ms ?? 0));
  const worst = Math.round(Math.max(...offsets));
  const status = worst > clockFailMs ? 'fail' : worst > clockWarnMs ? 'warn' : 'ok';
  return finding('clocks', [
    status,
    `${worst} ms apart from Redis at ${told[offsets.indexOf(Math.max(...offsets))]?.url}`,
    "Run an NTP client there: tokens expire by the edge's clock.",
  ]);
}

function judgeFiles(told: readonly Told[], leastFiles: number): Finding {
  const seen = told.filter(({ filesMax }) => !Number.isNaN(filesMax));
  const [least] = seen.toSorted((a, b) => a.filesMax - b.filesMax);
  if (!least) return finding('open-files', ['skip', 'no process tells', 'Look at ulimit -n.']);
  const isFull = seen.some(({ filesOpen, filesMax }) => filesOpen / filesMax > filesWarnShare);
  return finding('open-files', [
    least.filesMax >= leastFiles && !isFull ? 'ok' : 'warn',
    `${least.filesMax} open files at ${least.url}${isFull ? ', most of them in use' : ''}`,
    'Each socket is a file: LimitNOFILE=1048576 (systemd), ulimits.nofile (compose).',
  ]);
}
