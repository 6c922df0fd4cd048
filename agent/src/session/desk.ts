import type { MessageInitShape, Offer, ProgressSchema } from '@drawbridge/proto';
import type { HeldLease, LeaseKey } from './lease.js';
import type { NumberedBody } from './outbox.js';

/** Where a session brings what it hears; the job runner sits there. Nothing at it waits. */
export interface Desk {
  offered(offer: Offer): void;
  cancelled(lease: LeaseKey): void;
  /** 0 while draining. */
  freeSlots(): number;
  /** Of all jobs that are under way. */
  leases(): readonly HeldLease[];
}

/** How the job runner speaks. */
export interface Line {
  /** Kept until acknowledged. Throws INTERNAL `session.own_frame` when it breaks a rule. */
  say(body: NumberedBody): void;
  /** Said if there is a line, forgotten otherwise: the next one says more. */
  mention(progress: MessageInitShape<typeof ProgressSchema>): void;
  /** The next heartbeat goes out now. */
  hurry(): void;
}
