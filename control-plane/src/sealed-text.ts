import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const ivBytes = 12;
const tagBytes = 16;

/** What a text is sealed for: who has a key for one has none for another. */
export interface SealedFor {
  /** Of the process: DRAWBRIDGE_SECRET, which the database does not hold. */
  installation: string;
  /** What it is, such as `drawbridge channel`. */
  purpose: string;
  /** Of the row that keeps it. */
  id: string;
}

/** AES-256-GCM under a key of its own: random IV (12 bytes), tag (16), ciphertext. */
export function sealText(whose: SealedFor, text: string): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', keyOf(whose), iv);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
}

/** Throws what the cipher says when it was sealed for something else, or was changed. */
export function unsealText(whose: SealedFor, sealed: Uint8Array): string {
  const decipher = createDecipheriv('aes-256-gcm', keyOf(whose), sealed.subarray(0, ivBytes));
  decipher.setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes));
  const text = decipher.update(sealed.subarray(ivBytes + tagBytes));
  return Buffer.concat([text, decipher.final()]).toString('utf8');
}

const keyOf = ({ installation, purpose, id }: SealedFor): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', installation, id, purpose, 32));
