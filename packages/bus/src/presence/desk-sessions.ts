/**
 * Sessions by node, in parts: a part stays the same array while nothing in it has changed, so that a
 * reader who keeps what it made of a part has little to do when one session comes or goes.
 */
import type { DeskSession } from '../contract.ts';

interface Part {
  readonly byToken: Map<string, DeskSession>;
  list: readonly DeskSession[] | undefined;
}

const PARTS_PER_NODE = 64;

export class DeskSessions {
  private readonly nodes = new Map<string, Part[]>();

  set(token: string, session: DeskSession): void {
    const { nodeId } = session;
    const parts = this.nodes.get(nodeId) ?? createParts();
    this.nodes.set(nodeId, parts);
    const part = parts[partOf(token)] as Part;
    part.byToken.set(token, session);
    part.list = undefined;
  }

  delete(token: string): void {
    for (const [nodeId, parts] of this.nodes) {
      const part = parts[partOf(token)] as Part;
      if (!part.byToken.delete(token)) continue;
      part.list = undefined;
      if (parts.every(({ byToken }) => byToken.size === 0)) this.nodes.delete(nodeId);
      return;
    }
  }

  nodeIds(): IterableIterator<string> {
    return this.nodes.keys();
  }

  /** None of them is empty. */
  partsOf(nodeId: string): (readonly DeskSession[])[] {
    const parts = this.nodes.get(nodeId) ?? [];
    return parts
      .filter(({ byToken }) => byToken.size > 0)
      .map((part) => (part.list ??= [...part.byToken.values()]));
  }
}

function createParts(): Part[] {
  return Array.from({ length: PARTS_PER_NODE }, () => ({ byToken: new Map(), list: undefined }));
}

/** FNV-1a: sessions that have come one after the other are spread, too. */
function partOf(token: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < token.length; i++) {
    hash = Math.imul(hash ^ token.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 16) % PARTS_PER_NODE;
}
