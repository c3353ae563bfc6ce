/**
 * Loaded into a process before its main module: its clock is off by `SWITCHBOARD_CLOCK_OFFSET_MS`.
 * `performance.now()` stays as it is, as it would with a clock that was set wrong.
 */
const offsetMs = Number(process.env['SWITCHBOARD_CLOCK_OFFSET_MS'] ?? 0);
const TrueDate = Date;

const shiftedNow = (): number => TrueDate.now() + offsetMs;

globalThis.Date = new Proxy(TrueDate, {
  construct: (target, args: [], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [shiftedNow()] : args, newTarget) as Date,
  apply: () => new TrueDate(shiftedNow()).toString(),
  get: (target, name) => (name === 'now' ? shiftedNow : (Reflect.get(target, name) as unknown)),
});
