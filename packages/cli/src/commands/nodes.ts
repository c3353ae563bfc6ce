/** `switchboard nodes` and `switchboard drain`: the edges, and emptying one. */
import type { NodesAnswer } from '@switchboard/protocol';
import type { Command } from 'commander';
import { createApi } from '../api.ts';
import type { Act, Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { table } from '../report/table.ts';

export function addNodes(program: Command, act: Act): void {
  program
    .command('nodes')
    .summary('list the edges and how they are')
    .description('List the living edges: state, sockets, rooms, and how late they are (ms).')
    .action(act(runNodes));
  program
    .command('drain')
    .summary('let an edge move its connections to others')
    .description(
      'Let an edge stop taking connections and close those it has in waves (4001). It ends afterwards, and whoever started it starts it again.',
    )
    .argument('<node>', 'its id, or the beginning of it')
    .action(act(runDrain));
}

async function runNodes(context: Context): Promise<void> {
  const nodes = await createApi(context.settings).get<NodesAnswer>('/nodes');
  context.answer(nodes, () => (nodes.length === 0 ? 'No edge lives.\n' : describe(nodes)));
}

function describe(nodes: NodesAnswer): string {
  const headings = ['NODE', 'STATE', 'ADDRESS', 'VERSION', 'SOCKETS', 'ROOMS', 'LOOP', 'FOLLOW'];
  const rows = nodes.map((node) => [
    node.id,
    node.state,
    node.address,
    node.version,
    String(node.sockets),
    String(node.rooms),
    `${Math.round(node.loop_lag_ms)} ms`,
    `${Math.round(node.follow_lag_ms)} ms`,
  ]);
  return table(headings, rows);
}

async function runDrain(context: Context, _options: object, [wanted = '']: string[]) {
  const api = createApi(context.settings);
  const { id } = pick(await api.get<NodesAnswer>('/nodes'), wanted);
  await api.post(`/nodes/${encodeURIComponent(id)}/drain`);
  context.answer({ id, draining: true }, () => `${id} is draining\n`);
}

function pick(nodes: NodesAnswer, wanted: string): NodesAnswer[number] {
  const exact = nodes.find(({ id }) => id === wanted);
  const [found, ...others] = exact ? [exact] : nodes.filter(({ id }) => id.startsWith(wanted));
  if (!found)
    throw new Failure(
      exitCodes.data,
      `No living edge is called ${wanted}`,
      'switchboard nodes lists them.',
    );
  if (others.length === 0) return found;
  throw new Failure(
    exitCodes.data,
    `${others.length + 1} edges begin with ${wanted}`,
    'Write more of it.',
  );
}
