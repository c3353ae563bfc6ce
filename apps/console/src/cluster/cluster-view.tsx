/** The live picture for operations. */
import { useMemo } from 'preact/hooks';
import { formatTime } from '../shell/format.ts';
import { Chart, type Line } from './chart.tsx';
import { closeName } from './close-names.ts';
import { createDrainQuestion } from './drain-question.ts';
import type { History, NodeFigures, Sample } from './figures.ts';
import type { ClusterWatch } from './watch.ts';

export function ClusterView({ watch }: { watch: ClusterWatch }) {
  const history = watch.history.value;
  const problem = watch.problem.value;
  return (
    <>
      {problem !== '' && (
        <p class="banner is-warning" role="alert">
          {problem} The figures below are the last ones.
        </p>
      )}
      <Tiles history={history} />
      <Charts history={history} />
      <Edges watch={watch} history={history} />
      <Disconnects history={history} />
    </>
  );
}

function Tiles({ history: { nodes, redis, samples } }: { history: History }) {
  const sum = (count: (node: NodeFigures) => number) =>
    String(nodes.reduce((total, node) => total + count(node), 0));
  const rates = [...(samples.at(-1)?.nodes.values() ?? [])].flatMap(({ rates }) => rates ?? []);
  const perSecond =
    rates.length === 0 ? '–' : rates.reduce((all, { sent }) => all + sent, 0).toFixed(1);
  const redisText = redis?.ready === true ? `${redis.heartbeat_ms.toFixed(1)} ms` : 'away';
  return (
    <dl class="tiles">
      <Tile name="Edges" value={String(nodes.length)} />
      <Tile name="Connections" value={sum(({ sockets }) => sockets)} />
      <Tile name="Rooms on edges" value={sum(({ rooms }) => rooms)} />
      <Tile name="Messages delivered per second" value={perSecond} />
      <Tile
        name="Redis round trip"
        value={redis === undefined ? '–' : redisText}
        isBad={redis?.ready === false}
      />
    </dl>
  );
}

function Tile({ name, value, isBad = false }: { name: string; value: string; isBad?: boolean }) {
  return (
    <div class={`tile${isBad ? ' is-bad' : ''}`}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Charts({ history: { samples } }: { history: History }) {
  const timesMs = samples.map(({ atMs }) => atMs);
  const ids = [...new Set(samples.flatMap(({ nodes }) => [...nodes.keys()]))].toSorted();
  const perNode = (value: (sample: Sample, id: string) => number | undefined): Line[] =>
    ids.map((id) => ({ name: id, values: samples.map((sample) => value(sample, id) ?? null) }));
  const redis = [{ name: 'Redis', values: samples.map(({ heartbeatMs }) => heartbeatMs) }];
  return (
    <div class="charts">
      <Chart
        title="Messages delivered per second"
        unit="/s"
        timesMs={timesMs}
        lines={perNode(({ nodes }, id) => nodes.get(id)?.rates?.sent)}
      />
      <Chart
        title="Messages sent by clients per second"
        unit="/s"
        timesMs={timesMs}
        lines={perNode(({ nodes }, id) => nodes.get(id)?.rates?.received)}
      />
      <Chart
        title="Delivery latency: age of events when they are given to sockets"
        unit="ms"
        timesMs={timesMs}
        lines={perNode(({ nodes }, id) => nodes.get(id)?.lagMs)}
      />
      <Chart title="Round trip through Redis" unit="ms" timesMs={timesMs} lines={redis} />
    </div>
  );
}

function Edges({ watch, history }: { watch: ClusterWatch; history: History }) {
  return (
    <section class="panel-box" aria-labelledby="edges">
      <h2 id="edges">Edges</h2>
      <div class="table-scroll" role="group" aria-labelledby="edges" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Edge</th>
              <th scope="col">State</th>
              <th scope="col" class="number">
                Connections
              </th>
              <th scope="col" class="number">
                Rooms
              </th>
              <th scope="col" class="number">
                Delivered/s
              </th>
              <th scope="col" class="number">
                Latency
              </th>
              <th scope="col" class="number">
                Loop lag
              </th>
              <th scope="col">Lease ends in</th>
              <th scope="col">
                <span class="hidden">Drain</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {history.nodes
              .toSorted((one, other) => one.address.localeCompare(other.address))
              .map((node) => (
                <EdgeRow
                  key={node.id}
                  node={node}
                  sent={history.samples.at(-1)?.nodes.get(node.id)?.rates?.sent}
                  watch={watch}
                />
              ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

interface EdgeRowProps {
  readonly node: NodeFigures;
  readonly sent: number | undefined;
  readonly watch: ClusterWatch;
}

/** An edge renews its lease of 10 s every 3 s. */
const leaseMaxMs = 10_000;

function EdgeRow({ node, sent, watch }: EdgeRowProps) {
  return (
    <tr>
      <th scope="row">
        {node.id}
        <span class="muted">
          {node.address} · {node.version}
        </span>
      </th>
      <td>
        <span class={`pill state-${node.state === 'ready' ? 'live' : 'waiting'}`}>
          {node.state}
        </span>
      </td>
      <td class="number">{node.sockets}</td>
      <td class="number">{node.rooms}</td>
      <td class="number">{sent === undefined ? '–' : sent.toFixed(1)}</td>
      <td class="number">{node.follow_lag_ms.toFixed(1)} ms</td>
      <td class="number">{node.loop_lag_ms.toFixed(1)} ms</td>
      <td>
        <meter
          min={0}
          max={leaseMaxMs}
          low={leaseMaxMs / 3}
          optimum={leaseMaxMs}
          value={node.lease_ends_in_ms}
          aria-label="Lease"
        />{' '}
        {(node.lease_ends_in_ms / 1000).toFixed(1)} s
      </td>
      <td>
        <DrainButton node={node} watch={watch} />
      </td>
    </tr>
  );
}

function DrainButton({ node, watch }: Omit<EdgeRowProps, 'sent'>) {
  const question = useMemo(() => createDrainQuestion(() => watch.drain(node.id)), [watch, node.id]);
  const problem = question.problem.value;
  if (node.state === 'draining') return <span class="muted">draining…</span>;
  if (!question.isAsked.value)
    return (
      <button type="button" class="button" onClick={question.ask}>
        Drain<span class="hidden"> {node.id}</span>
      </button>
    );
  return (
    <span class="drain-question">
      <button type="button" class="button is-danger" onClick={() => void question.drain()}>
        Drain now
      </button>
      <button type="button" class="button" onClick={question.keep}>
        Keep
      </button>
      {problem !== '' && <span role="alert">{problem}</span>}
    </span>
  );
}

const disconnectsShown = 12;

function Disconnects({ history: { disconnects } }: { history: History }) {
  return (
    <section class="panel-box" aria-labelledby="disconnects">
      <h2 id="disconnects">Disconnects since this page was opened</h2>
      {disconnects.length === 0 ? (
        <p class="muted">None.</p>
      ) : (
        <ul class="disconnects">
          {disconnects.slice(0, disconnectsShown).map(({ atMs, node, code, count }) => (
            <li key={`${atMs} ${node} ${code}`}>
              <time class="muted">{formatTime(atMs)}</time>
              <code>{code}</code> {closeName(code)}
              <span class="muted">
                {count} × on {node}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
