/**
 * Which client received which message how often: message `n` is due to the clients of chat `n % chats`, once.
 */

export interface ReceiptShape {
  /** The chat of each client, by the client's index. */
  chatOf: readonly number[];
  chats: number;
}

/** What became of some messages, over all clients that should have them. */
export interface Reconciled {
  /** Deliveries that should have been. */
  due: number;
  /** Of these, how many were. */
  delivered: number;
  /** Further copies of what had been delivered. */
  duplicates: number;
  /** Clients that were left without at least one message. */
  clientsShort: number;
}

export class Receipts {
  readonly #shape: ReceiptShape;
  /** By client: how often it received the messages of its chat, of which `n` is the `floor(n / chats)`-th. */
  readonly #counts: number[][];

  constructor(shape: ReceiptShape) {
    this.#shape = shape;
    this.#counts = shape.chatOf.map(() => []);
  }

  /** Throws when the message was not this client's: then nothing that is counted here means anything. */
  note(client: number, message: number): void {
    const { chats, chatOf } = this.#shape;
    if (message % chats !== chatOf[client]) {
      throw new Error(`client ${client} of chat ${chatOf[client]} got message ${message}`);
    }
    const counts = this.#counts[client] ?? [];
    const at = Math.floor(message / chats);
    counts[at] = (counts[at] ?? 0) + 1;
  }

  reconcile(accepted: readonly number[]): Reconciled {
    const byChat = Map.groupBy(accepted, (message) => message % this.#shape.chats);
    const sum = { due: 0, delivered: 0, duplicates: 0, clientsShort: 0 };
    this.#shape.chatOf.forEach((chat, client) => {
      const due = byChat.get(chat) ?? [];
      const counts = due.map((message) => this.#count(client, message));
      const delivered = counts.filter((count) => count > 0).length;
      sum.due += due.length;
      sum.delivered += delivered;
      sum.duplicates += counts.reduce((copies, count) => copies + Math.max(0, count - 1), 0);
      if (delivered < due.length) sum.clientsShort += 1;
    });
    return sum;
  }

  #count(client: number, message: number): number {
    return this.#counts[client]?.[Math.floor(message / this.#shape.chats)] ?? 0;
  }
}
