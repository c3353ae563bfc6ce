import {
  claimsSchema,
  createScalars,
  fieldErrors,
  type Claims,
  type Limits,
} from '@switchboard/protocol';

/** Reads a token's claims under these limits; a string says what is wrong with them. */
export function readClaimsBy(
  limits: Limits,
): (payload: Readonly<Record<string, unknown>>) => Claims | string {
  const schema = claimsSchema(createScalars(limits));
  return (payload) => {
    const parsed = schema.safeParse(payload);
    if (parsed.success) return parsed.data;
    const [first] = fieldErrors(parsed.error, 1);
    return `its claim ${first?.field || 'role'} is wrong: ${first?.message}`;
  };
}
