/** Bodies of `POST /update/chat`, `/update/operators`, `/global` and `/notifications/chat`. */
import { z } from 'zod';
import { chatFields, chatSchema } from '../entities/chat.ts';
import { operatorSchema } from '../entities/operator.ts';
import { userSchema } from '../entities/user.ts';
import { type Scalars, defaultScalars } from '../scalars.ts';
import { depthCheck } from './message-bodies.ts';

export function chatBodySchema(s: Scalars) {
  return chatSchema(s)
    .superRefine(depthCheck(s))
    .meta({ title: 'ChatBody', description: 'Additional chat information' });
}

export function operatorsBodySchema(s: Scalars) {
  return z
    .array(operatorSchema(s))
    .max(s.limits.operatorsMax)
    .superRefine(depthCheck(s))
    .meta({ title: 'OperatorsBody', description: 'List of updated operators data' });
}

export function globalBodySchema(s: Scalars) {
  return z
    .looseObject({})
    .superRefine(depthCheck(s))
    .meta({ title: 'GlobalBody', description: 'Event specific payload data' });
}

/** A Chat whose `operator_user` is the one to tell; `notification` is not part of the chat. */
export function notificationBodySchema(s: Scalars) {
  const notification = z.looseObject({
    kind: s.word().nullish(),
    title: z.string().nullish(),
    text: z.string().nullish(),
    level: s.word('info', 'warning', 'critical').nullish(),
    url: z.string().nullish(),
  });
  return z
    .looseObject({
      ...chatFields(s),
      operator_user: userSchema(s),
      notification: notification.nullish(),
    })
    .superRefine(depthCheck(s))
    .meta({ title: 'NotificationBody', description: 'Additional chat information' });
}

export const chatBody = chatBodySchema(defaultScalars);
export const operatorsBody = operatorsBodySchema(defaultScalars);
export const globalBody = globalBodySchema(defaultScalars);
export const notificationBody = notificationBodySchema(defaultScalars);
