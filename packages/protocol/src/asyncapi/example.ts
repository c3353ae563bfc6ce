/** One example of a message, as the AsyncAPI document shows it. */
export interface Example {
  readonly name: string;
  readonly summary: string;
  readonly payload: unknown;
}
