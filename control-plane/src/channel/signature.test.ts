import { expect, it } from 'vitest';
import { secretOf, signatureOf, signedHeaders } from './signature.js';

const message = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1_614_265_330,
  body: '{"test": 2432232314}',
};

it('signs as the libraries of the standard expect', () => {
  expect(signatureOf(message, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  );
});

it('signs with either secret while they change', () => {
  const [one, other] = [secretOf('installation', 'hook', 1), secretOf('installation', 'hook', 2)];
  expect(signedHeaders(message, [other, one])['webhook-signature']).toBe(
    `${signatureOf(message, other)} ${signatureOf(message, one)}`,
  );
});

it('gives each webhook, each version and each installation a secret of its own, of 32 bytes', () => {
  const secrets = [
    secretOf('a', 'x', 1),
    secretOf('a', 'x', 2),
    secretOf('a', 'y', 1),
    secretOf('b', 'x', 1),
  ];
  expect(new Set(secrets).size).toBe(4);
  expect(secretOf('a', 'x', 1)).toBe(secrets[0]);
  for (const secret of secrets) expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
});
