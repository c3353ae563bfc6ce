/** How large a message may be, wherever it comes from. */
import { wholeNumber } from './variable.ts';

export interface MessageLimits {
  readonly textMaxBytes: number;
  readonly metaMaxBytes: number;
  readonly attachmentsMax: number;
}

/** @param usual what holds unless the deployment says otherwise */
export const messageLimitVariables = (usual: MessageLimits) => ({
  TEXT_MAX_BYTES: wholeNumber({
    description: 'longest text of a message, in UTF-8',
    unit: 'bytes',
    min: 1,
    default: usual.textMaxBytes,
  }),
  META_MAX_BYTES: wholeNumber({
    description: 'largest `meta`, as JSON',
    unit: 'bytes',
    min: 2,
    default: usual.metaMaxBytes,
  }),
  ATTACHMENTS_MAX_ITEMS: wholeNumber({
    description: 'most attachments of a message',
    min: 0,
    default: usual.attachmentsMax,
  }),
});

type Settings = Readonly<Record<keyof ReturnType<typeof messageLimitVariables>, number>>;

export const messageLimitsOf = (settings: Settings): MessageLimits => ({
  textMaxBytes: settings.TEXT_MAX_BYTES,
  metaMaxBytes: settings.META_MAX_BYTES,
  attachmentsMax: settings.ATTACHMENTS_MAX_ITEMS,
});
