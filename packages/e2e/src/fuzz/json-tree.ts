/**
 * JSON as text with structure: what a fuzzer changes. A leaf is raw text, so that it can be what no value is:
 * a number too large, an escape of half a character, nothing at all; and a key can stand twice.
 */

export type Tree = Leaf | List | Members;
type Leaf = string;
interface List {
  readonly items: readonly Tree[];
}
interface Members {
  readonly members: readonly (readonly [key: string, value: Tree])[];
}

export const treeOf = (value: unknown): Tree => {
  if (Array.isArray(value)) return { items: value.map(treeOf) };
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).map(
    ([key, member]) => [JSON.stringify(key), treeOf(member)] as const,
  );
  return { members };
};

export const render = (tree: Tree): string => {
  if (typeof tree === 'string') return tree;
  if ('items' in tree) return `[${tree.items.map(render).join(',')}]`;
  return `{${tree.members.map(([key, value]) => `${key}:${render(value)}`).join(',')}}`;
};

/** What is done to the place that `path` leads to. Keys and leaves are raw text. */
export type Change =
  | { readonly kind: 'replace'; readonly by: string }
  | { readonly kind: 'drop' }
  | { readonly kind: 'double'; readonly by: string }
  | { readonly kind: 'rename'; readonly key: string }
  | { readonly kind: 'add'; readonly key: string; readonly by: string }
  | { readonly kind: 'wrap'; readonly depth: number; readonly inList: boolean };

/** Each number chooses a child; where there is none, the way ends. */
export const changeAt = (tree: Tree, path: readonly number[], change: Change): Tree => {
  const [step, ...rest] = path;
  if (typeof tree === 'string' || step === undefined) return changeWhole(tree, change);
  const children = 'items' in tree ? tree.items.length : tree.members.length;
  if (children === 0) return changeWhole(tree, change);
  const index = step % children;
  return 'items' in tree
    ? {
        items: tree.items.flatMap((item, at) =>
          at === index ? changeItem(item, rest, change) : [item],
        ),
      }
    : {
        members: tree.members.flatMap((member, at) =>
          at === index ? changeMember(member, rest, change) : [member],
        ),
      };
};

const changeItem = (item: Tree, rest: readonly number[], change: Change): Tree[] => {
  if (rest.length > 0) return [changeAt(item, rest, change)];
  if (change.kind === 'drop') return [];
  if (change.kind === 'double') return [item, change.by];
  return [changeWhole(item, change)];
};

type Member = Members['members'][number];

const changeMember = ([key, value]: Member, rest: readonly number[], change: Change): Member[] => {
  if (rest.length > 0) return [[key, changeAt(value, rest, change)]];
  if (change.kind === 'drop') return [];
  if (change.kind === 'double')
    return [
      [key, value],
      [key, change.by],
    ];
  if (change.kind === 'rename') return [[change.key, value]];
  return [[key, changeWhole(value, change)]];
};

const changeWhole = (tree: Tree, change: Change): Tree => {
  if (change.kind === 'replace') return change.by;
  if (change.kind === 'wrap') return wrap(render(tree), change.depth, change.inList);
  if (change.kind === 'add' && typeof tree !== 'string' && 'members' in tree)
    return { members: [...tree.members, [change.key, change.by]] };
  return tree;
};

const wrap = (text: string, depth: number, inList: boolean): string =>
  inList
    ? '['.repeat(depth) + text + ']'.repeat(depth)
    : '{"a":'.repeat(depth) + text + '}'.repeat(depth);
