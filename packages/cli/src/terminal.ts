/** What a command has of the outside: where it reads, where it writes, and when it is told to stop. */
export interface Terminal {
  readonly stdin: AsyncIterable<Buffer | string>;
  /** Writes to stdout, as it is. */
  readonly write: (text: string) => void;
  /** Writes to stderr. */
  readonly writeError: (text: string) => void;
  /** stdout is a person's terminal that wants colours. */
  readonly hasColors: boolean;
  /** Columns of stdout; undefined: not a terminal. */
  readonly columns: number | undefined;
  /** Ctrl-C. */
  readonly stop: AbortSignal;
}
