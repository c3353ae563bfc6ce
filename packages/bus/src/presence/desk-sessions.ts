/** Sessions by node; a node's list stays the same array while nothing in it has changed. */
import type { DeskSession } from '../contract.ts';

interface OfNode {
  readonly byToken: Map<string, DeskSession>;
  list: readonly DeskSession[] | undefined;
}

export class DeskSessions {
  private readonly nodes = new Map<string, OfNode>();

  set(token: string, session: DeskSession): void {
    const { nodeId } = session;
    const node = this.nodes.get(nodeId) ?? { byToken: new Map(), list: undefined };
    this.nodes.set(nodeId, node);
    node.byToken.set(token, session);
    node.list = undefined;
  }

  delete(token: string): void {
    for (const [nodeId, node] of this.nodes) {
      if (!node.byToken.delete(token)) continue;
      node.list = undefined;
      if (node.byToken.size === 0) this.nodes.delete(nodeId);
      return;
    }
  }

  nodeIds(): IterableIterator<string> {
    return this.nodes.keys();
  }

  of(nodeId: string): readonly DeskSession[] {
    const node = this.nodes.get(nodeId);
    if (node === undefined) return [];
    return (node.list ??= [...node.byToken.values()]);
  }
}
