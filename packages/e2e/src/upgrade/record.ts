/**
 * `UPGRADE_FROM=<commit> node --conditions=source packages/e2e/src/upgrade/record.ts`: has the processes of a
 * commit write what `recorded.test.ts` reads.
 */
import { writeFile } from 'node:fs/promises';
import { startCluster, startRedis } from '@switchboard/testkit';
import { createBackend } from '../backend.ts';
import { createCast, type Player } from '../cast.ts';
import { findEarlierCommit } from './earlier-commit.ts';
import { unpackSources } from './earlier-sources.ts';
import { dumpKeys, recordingFile, type Recording } from './recording.ts';

const chatId = 'recorded';
const keyPrefix = 'sb:';
const user = { id: '7', role: 'operator', name: 'Grace', email: 'grace@example.com' };

/** Ids of events, without what is not logged. */
const loggedIds = ({ frames }: Player): string[] =>
  frames.flatMap(({ event_id: id, position }) => (id && position ? [id] : []));

const commit = await findEarlierCommit();
const { folder, remove } = await unpackSources(commit);
const redis = await startRedis();
const cluster = await startCluster({
  redisUrl: redis.url,
  keyPrefix,
  edges: 1,
  sourcesOf: { 'edge-1': folder, 'ingress-1': folder },
});
const { apiToken, ingress } = cluster;
const backend = createBackend(() => ({ url: ingress.url, apiToken }));
const cast = createCast(
  () => cluster,
  (kind) => kind,
);

const say = (id: string, fields: object = {}) =>
  backend.say(chatId, { id, text: `Text of ${id}`, user, ...fields });

const desk = await cast.desk();
const visitor = await cast.visitor(chatId);
const operator = await cast.operator(chatId);
const players = { visitor, operator, desk };
await say('before');
for (const player of Object.values(players)) await player.next('messageAdded');
const { position: roomSince = '' } = visitor.frames.at(-1)!;
const { position: token = '' } = desk.all('messageAdded')[0]!;
/** All partitions as `connected` told them, and the one in which something has happened. */
const partition = token.slice(0, token.indexOf(':') + 1);
const deskSince = String(desk.connected.data.position)
  .split(',')
  .map((part) => (part.startsWith(partition) ? token : part))
  .join(',');
const seen = Object.values(players).map((player) => loggedIds(player).length);

await backend.post('/update/chat', { id: chatId, status: 'open', department: { id: 'sales' } });
await say('plain');
await say('note', { type: 'note' });
await say('for-clients', { type: 'system', type_role: 'client' });
await backend.put('/message', { id: 'plain', chat_id: chatId, text: 'Edited' });
visitor.sendFrame('markMessageRead', { message_id: 'plain' }, 'read');
await visitor.next(({ request_id: id }) => id === 'read');
visitor.sendFrame('sendMessage', { client_message_id: 'mine', text: 'Thank you' }, 'mine');
await visitor.next(({ request_id: id }) => id === 'mine');
const last = await say('last');
for (const player of Object.values(players))
  await player.next(({ event_id: id }) => id === last.event_id);

const [inRoom = 0, ofOperator = 0, ofDesk = 0] = seen;
const recording: Recording = {
  commit: commit.id,
  chatId,
  keyPrefix,
  since: { visitor: roomSince, operator: roomSince, desk: deskSince },
  missed: {
    visitor: loggedIds(visitor).slice(inRoom),
    operator: loggedIds(operator).slice(ofOperator),
    desk: loggedIds(desk).slice(ofDesk),
  },
  last: { id: 'last', eventId: last.event_id },
  keys: await dumpKeys(redis.client()),
};
await writeFile(recordingFile, `${JSON.stringify(recording, undefined, 2)}\n`);
await cast.leave();
await cluster.stop();
await redis.stop();
await remove();
await commit.forget();
