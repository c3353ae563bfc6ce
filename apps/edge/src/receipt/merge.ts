/** Receipts of one session that wait together: which of them still say something of their own. */
export interface PendingReceipt {
  readonly level: 'delivered' | 'read';
  readonly messageId: string;
  readonly upTo: boolean;
  readonly type?: string | undefined;
  readonly requestId?: string | undefined;
}

/**
 * Each receipt with whether it is still needed, in the order in which they came. One is not needed
 * when a later one says as much of the same message: reading implies delivery, `up_to` implies itself.
 */
export function mergeReceipts<R extends PendingReceipt>(
  receipts: readonly R[],
): { readonly receipt: R; readonly needed: boolean }[] {
  return receipts.map((receipt, index) => {
    const needed = !receipts.slice(index + 1).some((later) => covers(later, receipt));
    return { receipt, needed };
  });
}

function covers(later: PendingReceipt, earlier: PendingReceipt): boolean {
  if (later.messageId !== earlier.messageId) return false;
  if (earlier.upTo && !later.upTo) return false;
  return later.level === 'read' || earlier.level === 'delivered';
}
