/** What `switchboard doctor` says of one thing that it looked at. */
export interface Finding {
  /** Its heading in docs/operations.md. */
  readonly id: string;
  /** `skip`: it could not be seen from here. */
  readonly status: 'ok' | 'warn' | 'fail' | 'skip';
  /** What was seen. */
  readonly saw: string;
  /** What to do about it; for all but `ok`. */
  readonly change?: string;
}

type Judged = readonly [status: Finding['status'], saw: string, change?: string];

export function finding(id: string, [status, saw, change]: Judged): Finding {
  return { id, status, saw, ...(status !== 'ok' && change !== undefined && { change }) };
}
