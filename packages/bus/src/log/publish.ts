/** Publishes an event that is not logged: to the room, and to the feed with the chat's routing. */
import type { RoutedEvent } from '@switchboard/protocol';
import { feedMeta, partitionOfEvent } from './append.ts';
import { ephemeralEnvelopes, ephemeralFrame } from './envelope.ts';
import { frameHeadWithoutPosition } from '@switchboard/protocol';
import { within } from '../redis/call.ts';
import type { Keys } from '../redis/keys.ts';
import { type RedisCommands, defineScript } from '../redis/script.ts';

/** KEYS chat's state, room channel, feed channel · ARGV room envelope or '', feed meta or '', feed frame */
const publishScript = defineScript<[string, string, string], number>(
  'sbPublish',
  3,
  `
local receivers = 0
if ARGV[1] ~= '' then receivers = redis.call('SPUBLISH', KEYS[2], ARGV[1]) end
if ARGV[2] ~= '' then
  local chat = redis.call('HMGET', KEYS[1], 'widget', 'department', 'operator')
  local routing = (chat[1] or '-') .. ',' .. (chat[2] or '-') .. ',' .. (chat[3] or '-')
  receivers = receivers + redis.call('SPUBLISH', KEYS[3],
    '- - ' .. ARGV[2] .. ' ' .. routing .. ' ' .. #ARGV[3] .. '\\n' .. ARGV[3])
end
return receivers
`,
);

export function createPublish(redis: RedisCommands, keys: Keys, deadlineMs: number) {
  return async (event: RoutedEvent): Promise<void> => {
    const partition = partitionOfEvent(keys, event);
    const feed = keys.feed(partition);
    const [state, room] =
      event.chatId === undefined
        ? [keys.feedState(partition), feed]
        : [keys.state(event.chatId), keys.room(event.chatId)];
    const feedFrame = event.feed
      ? ephemeralFrame(frameHeadWithoutPosition(event), event.feed.data)
      : '';
    const args: [string, string, string] = [
      ephemeralEnvelopes(event).room ?? '',
      event.feed ? feedMeta(event, event.feed) : '',
      feedFrame,
    ];
    await within(deadlineMs, publishScript.run(redis, [state, room, feed], args));
  };
}
