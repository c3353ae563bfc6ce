/** Neither absent nor null: the two ways in which JSON says nothing of a field. */
export function isSet<T>(value: T): value is NonNullable<T> {
  return value !== undefined && value !== null;
}
