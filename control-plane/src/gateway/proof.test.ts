import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { expect, test } from 'vitest';
import { enrolmentBytes, isSignedBy, sessionBytes } from './proof.js';

const nonce = new Uint8Array(32).fill(7);
const bytes = sessionBytes(nonce, 'agent', 'boot');
const p256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'der' });
const signed = (key: KeyObject, dsaEncoding: 'ieee-p1363' | 'der' = 'ieee-p1363') =>
  sign('sha256', bytes, { key, dsaEncoding });

test('what is signed is what the protocol says', () => {
  expect(Buffer.from(bytes).toString('latin1')).toBe(
    `drawbridge-session-v1\n${'\u0007'.repeat(32)}agentboot`,
  );
  const enrolment = enrolmentBytes(nonce, 'abc');
  expect(enrolment.subarray(0, 53).toString('latin1')).toBe(
    `drawbridge-enroll-v1\n${'\u0007'.repeat(32)}`,
  );
  // The well-known digest of "abc".
  expect(enrolment.subarray(53).toString('hex')).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

test('a signature holds for its key, its bytes and its form', () => {
  const { privateKey, publicKey } = p256();
  const signature = signed(privateKey);
  expect(isSignedBy(spki(publicKey), bytes, signature)).toBe(true);
  expect(isSignedBy(spki(p256().publicKey), bytes, signature)).toBe(false);
  expect(isSignedBy(spki(publicKey), sessionBytes(nonce, 'agent', 'other'), signature)).toBe(false);
  expect(isSignedBy(spki(publicKey), bytes, signed(privateKey, 'der'))).toBe(false);
  expect(isSignedBy(spki(publicKey), bytes, new Uint8Array(64))).toBe(false);
});

test('other keys, and what is no key, sign nothing', () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  expect(isSignedBy(spki(other.publicKey), bytes, signed(other.privateKey))).toBe(false);
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  expect(isSignedBy(spki(rsa.publicKey), bytes, new Uint8Array(64))).toBe(false);
  expect(isSignedBy(new Uint8Array(91), bytes, new Uint8Array(64))).toBe(false);
});
