/** A control command as it is written into the control log. */
import type { ControlCommand } from '../contract.ts';

export interface LoggedCommand {
  readonly command: ControlCommand;
  /** True: somebody waits for every edge's number. */
  readonly asked: boolean;
}

export function encodeCommand({ command, asked }: LoggedCommand): string {
  return JSON.stringify({ command, asked });
}

/** Undefined: not a command that this build knows; a newer node may have sent it. */
export function decodeCommand(payload: Uint8Array): LoggedCommand | undefined {
  const logged = parse(
    Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8'),
  );
  const command = isRecord(logged) && isRecord(logged['command']) ? logged['command'] : {};
  if (!isKnown(command)) return undefined;
  return { command, asked: isRecord(logged) && logged['asked'] === true };
}

function isKnown(
  value: Record<string, unknown>,
): value is Record<string, unknown> & ControlCommand {
  if (value['kind'] === 'disconnect') return isDisconnect(value);
  if (value['kind'] === 'sources')
    return [value['operatorId'], value['sourcesJson'], value['position']].every(isText);
  if (value['kind'] === 'replace') return isText(value['sessionId']);
  return value['kind'] === 'drain' && isText(value['nodeId']);
}

function isDisconnect(value: Record<string, unknown>): boolean {
  const optional = [value['userId'], value['sessionId'], value['chatId'], value['reason']];
  return (
    typeof value['revoke'] === 'boolean' &&
    optional.every((text) => text === undefined || isText(text))
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is not a command: the caller warns.
    return undefined;
  }
}
