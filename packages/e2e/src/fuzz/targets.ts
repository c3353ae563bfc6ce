/** Everything that takes bytes of strangers. */
import { envelopeTarget } from './envelope-target.ts';
import { frameTarget } from './frame-target.ts';
import { framingTarget } from './framing-target.ts';
import { httpTarget } from './http-target.ts';
import { queryTarget } from './query-target.ts';
import type { Target } from './target.ts';
import { tokenTarget } from './token-target.ts';

export const targets: ReadonlyMap<string, Target> = new Map(
  [frameTarget, framingTarget, httpTarget, queryTarget, tokenTarget, envelopeTarget].map(
    (target) => [target.name, target],
  ),
);
