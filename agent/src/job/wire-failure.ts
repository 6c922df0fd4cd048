import { randomUUID } from 'node:crypto';
import { FailureKind } from '@drawbridge/proto';
import type { FailureSchema, MessageInitShape, Offer } from '@drawbridge/proto';
import type { Failure, FailureKind as Kind } from '../failure.js';
import type { Store } from '../store/store.js';
import { errorTextOf } from '../sync/error-text.js';
import type { Redact } from '../sync/error-text.js';
import { pathsOf } from '../sync/paths.js';

export type WireFailure = MessageInitShape<typeof FailureSchema>;

export const wireKinds: Record<Kind, FailureKind> = {
  TRANSIENT: FailureKind.TRANSIENT,
  REJECTED: FailureKind.REJECTED,
  CONFIG: FailureKind.CONFIG,
  CANCELLED: FailureKind.CANCELLED,
  INTERNAL: FailureKind.INTERNAL,
};

const mostRetryAfterMs = 0xffff_ffff;

/** What does not look like a code may be a text, and stays here. */
export function wireCodesOf({ code, vendorCode }: { code: string; vendorCode: string }) {
  const isCode = code.length <= 80 && /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/.test(code);
  return {
    code: isCode ? code : 'internal.bad_code',
    vendorCode: /^[A-Z0-9_]{0,64}$/.test(vendorCode) ? vendorCode : '',
  };
}

/** Who must act, and the codes. */
export function wireFailureOf(failure: Failure, errorId = ''): WireFailure {
  const { kind, code, vendorCode, retryAfterMs } = failure;
  return {
    kind: wireKinds[kind],
    ...wireCodesOf({ code, vendorCode }),
    errorId,
    retryAfterMs: wireRetryAfterMs(retryAfterMs),
  };
}

export function wireRetryAfterMs(ms: number): number {
  return Math.min(Math.max(0, Math.round(ms)), mostRetryAfterMs);
}

/** Names the object in the bucket that holds the text of an error. */
export type ErrorPlace = (errorId: string) => string;

/** A run's errors rest together, also those that ended it before the engine had it; a check belongs to no run. */
export function errorPlaceOf({ work }: Offer): ErrorPlace {
  const spec = work.case === 'runSync' ? work.value.spec : undefined;
  if (work.case !== 'runSync' || !spec) return ownPlace;
  const { runId } = work.value;
  return (errorId) => pathsOf(spec).error(runId, errorId);
}

const ownPlace: ErrorPlace = (errorId) => `v1/errors/${errorId}.json`;

/** The same for a failure outside the engine, its text laid into the bucket when it has one and the bucket works. */
export async function keptFailureOf(
  failure: Failure,
  store: Store,
  { redact, place = ownPlace }: { redact: Redact; place?: ErrorPlace },
): Promise<WireFailure> {
  const { kind, code, vendorCode, message, detail, dialogue } = failure;
  if (detail === undefined && dialogue === undefined) return wireFailureOf(failure);
  const errorId = randomUUID();
  const text = errorTextOf(failure, redact);
  const body = JSON.stringify({ kind, code, vendorCode, message, ...text }, null, 2);
  try {
    await store.put(place(errorId), Buffer.from(body));
    return wireFailureOf(failure, errorId);
  } catch {
    // The failure itself matters more than its text, and the bucket may be what failed.
    return wireFailureOf(failure);
  }
}
