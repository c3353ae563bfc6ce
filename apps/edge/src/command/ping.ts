/** `ping`: pages see no WebSocket pings and ask in band. */
import { encodeAnswer } from '@switchboard/protocol';
import { only, type Answer, type AnswerContext } from './answer.ts';

export function ping(context: AnswerContext): Answer {
  return only(encodeAnswer('pong', {}, context));
}
