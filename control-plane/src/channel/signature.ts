import { createHmac, hkdfSync } from 'node:crypto';

/**
 * Signs as Standard Webhooks 1.0.0 says (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec, read
 * 2026-11-25): HMAC-SHA256 over `id.timestamp.body`, with the bytes behind `whsec_` as the key.
 */
export interface Message {
  /** The same however often it is sent; no point in it. */
  id: string;
  /** Unix seconds of this attempt. */
  timestamp: number;
  body: string;
}

/** Each of the headers that it takes. While secrets change hands, one signature for either. */
export function signedHeaders(
  message: Message,
  secrets: readonly string[],
): Record<string, string> {
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestamp),
    'webhook-signature': secrets.map((secret) => signatureOf(message, secret)).join(' '),
  };
}

export function signatureOf({ id, timestamp, body }: Message, secret: string): string {
  const key = Buffer.from(secret.slice(prefix.length), 'base64');
  const digest = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return `v1,${digest}`;
}

const prefix = 'whsec_';
const secretBytes = 32;

/** Derived, not kept: who has the database alone can sign nothing. Another installation's secret makes others. */
export function secretOf(installation: string, channelId: string, version: number): string {
  const key = hkdfSync(
    'sha256',
    installation,
    channelId,
    `drawbridge webhook ${version}`,
    secretBytes,
  );
  return prefix + Buffer.from(key).toString('base64');
}
