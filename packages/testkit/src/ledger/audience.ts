/** Who may see what: the contract's table once more, from the outside. */

export type Role = 'client' | 'operator' | 'desk';

/** `for-…`: a system message of that `type_role`. */
export type Kind = 'standard' | 'note' | 'for-clients' | 'for-operators';

const readers: Readonly<Record<Kind, readonly Role[]>> = {
  standard: ['client', 'operator', 'desk'],
  note: ['operator'],
  'for-clients': ['client'],
  'for-operators': ['operator'],
};

export const maySee = (role: Role, kind: Kind): boolean => readers[kind].includes(role);

/** The type fields of a message's body. */
export const typeFields = (kind: Kind): object => {
  if (kind === 'for-clients') return { type: 'system', type_role: 'client' };
  if (kind === 'for-operators') return { type: 'system', type_role: 'operator' };
  return { type: kind };
};
