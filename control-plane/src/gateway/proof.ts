import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';

/** What an agent signs to enrol; it proves that it holds the key that it registers. */
export const enrolmentBytes = (nonce: Uint8Array, token: string): Buffer =>
  Buffer.concat([
    Buffer.from('drawbridge-enroll-v1\n'),
    nonce,
    createHash('sha256').update(token).digest(),
  ]);

/** What an agent signs to open a session; the nonce binds it to this one connection. */
export const sessionBytes = (nonce: Uint8Array, agentId: string, bootId: string): Buffer =>
  Buffer.concat([Buffer.from('drawbridge-session-v1\n'), nonce, Buffer.from(agentId + bootId)]);

/** What an agent signs with a key that it has just made; the session's id binds it to the connection of its present key. */
export const rotationBytes = (agentId: string, sessionId: string): Buffer =>
  Buffer.from(`drawbridge-rotate-v1\n${agentId}${sessionId}`);

/** ECDSA over P-256 and SHA-256, as r and s. False also for bytes that are no such key. */
export function isSignedBy(
  publicKey: Uint8Array,
  bytes: Uint8Array,
  signature: Uint8Array,
): boolean {
  const key = keyOf(publicKey);
  if (!key) return false;
  return verify('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

function keyOf(spki: Uint8Array): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    const isP256 =
      key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
    return isP256 ? key : undefined;
  } catch {
    return undefined;
  }
}
