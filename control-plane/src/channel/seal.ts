import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { AppError } from '../app-error.js';

/**
 * Keeps what a channel is reached with, such as the address of a Slack webhook, so that who has the database alone has
 * nothing: AES-256-GCM under a key derived from DRAWBRIDGE_SECRET and the channel's id. Random IV (12 bytes), tag (16),
 * ciphertext.
 */
export function seal(installation: string, channelId: string, secret: string): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', keyOf(installation, channelId), iv);
  const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]);
}

/** Throws AppError `channel.sealed_otherwise` when DRAWBRIDGE_SECRET is not what it was then. */
export function unseal(installation: string, channelId: string, sealed: Uint8Array): string {
  const iv = sealed.subarray(0, ivBytes);
  const decipher = createDecipheriv('aes-256-gcm', keyOf(installation, channelId), iv);
  try {
    decipher.setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes));
    const text = decipher.update(sealed.subarray(ivBytes + tagBytes));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new AppError(
      'channel.sealed_otherwise',
      'DRAWBRIDGE_SECRET is not the one that this channel was made with. Set that one again, or give the channel its secret anew.',
      { cause },
    );
  }
}

const ivBytes = 12;
const tagBytes = 16;

const keyOf = (installation: string, channelId: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', installation, channelId, 'drawbridge channel', 32));
