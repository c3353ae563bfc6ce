/**
 * The log of a process: JSON lines on stdout by pino, from which no credential gets out. Lines are written
 * in the background, so that a reader of stdout that stalls does not stall the process.
 */
import { EventEmitter, once } from 'node:events';
import { pino, stdTimeFunctions, symbols, type DestinationStream, type Logger } from 'pino';
import { createRedaction } from './redaction.ts';

export type { Logger } from 'pino';

export interface LoggerOptions {
  /** The process's role, e.g. `edge`. */
  name: string;
  /** Lowest level that is written (default `info`). */
  level?: string;
  version?: string;
  /** Configured secrets, hidden wherever they turn up. */
  secrets?: readonly string[];
  /** Where the lines go (default stdout). */
  destination?: DestinationStream;
}

/** A pino logger; every finished line passes the redaction before it is written. */
export const createLogger = (options: LoggerOptions): Logger => {
  const { name, level = 'info', version, secrets, destination } = options;
  const settings = {
    level,
    base: { name, ...(version === undefined ? {} : { version }), pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: { streamWrite: createRedaction(secrets) },
  };
  return destination === undefined ? pino(settings) : pino(settings, destination);
};

/**
 * Resolves when the line that was logged last is written. Ask right after logging it and before exiting:
 * what pino has not written by then it writes while exiting, before the line that is still under way.
 */
export const lastLineWritten = async (logger: object): Promise<void> => {
  const { [symbols.streamSym]: stream } = logger as { [symbols.streamSym]?: unknown };
  if (stream instanceof EventEmitter) await once(stream, 'drain');
};
