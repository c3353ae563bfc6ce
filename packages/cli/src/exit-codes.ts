/** What the process ends with, after sysexits(3): scripts decide on these. */
export const exitCodes = {
  ok: 0,
  /** `doctor` found something that must be changed. */
  unhealthy: 1,
  /** The command line is wrong. */
  usage: 64,
  /** What was given was refused: a body, an id that nothing has. */
  data: 65,
  /** Nothing answers at the address. */
  unavailable: 69,
  internal: 70,
  /** Refused for now (429, 503): try again. */
  tryAgain: 75,
  /** The token is wrong, or may not do this. */
  notAllowed: 77,
  /** A setting is missing or wrong. */
  config: 78,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
