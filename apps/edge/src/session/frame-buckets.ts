/** What one socket has used of its limits, one bucket for each kind of frame. */
import { TokenBucket } from '@switchboard/runtime';

export class FrameBuckets {
  readonly messages = new TokenBucket();
  readonly receipts = new TokenBucket();
  readonly others = new TokenBucket();
}
