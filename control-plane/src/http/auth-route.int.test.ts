import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { openTestApp } from '../testing/test-app.js';

/** As a TLS proxy passes it on: everybody comes from 127.0.0.1, and who they are stands in a header. */
async function openBehindProxy(trustedProxies: readonly string[]) {
  const test = await openTestApp(inject('postgresUrl'), { trustedProxies });
  onTestFinished(() => test.close());
  return async (address: string): Promise<number> => {
    const answer = await fetch(`${test.url}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: test.config.publicUrl,
        'x-forwarded-for': address,
      },
      body: JSON.stringify({ email: 'eve@example.com', password: 'guessed again' }),
    });
    return answer.status;
  };
}

async function statuses(
  attempt: (address: string) => Promise<number>,
  addresses: readonly string[],
): Promise<number[]> {
  const seen: number[] = [];
  for (const address of addresses) seen.push(await attempt(address));
  return seen;
}

const guesser = '203.0.113.7';
const several = ['198.51.100.1', '198.51.100.2', '198.51.100.3', '198.51.100.4', '198.51.100.5'];

describe('the limit of sign-ins', () => {
  it('counts by the address that a trusted proxy saw', async () => {
    const attempt = await openBehindProxy(['127.0.0.0/8']);
    expect(await statuses(attempt, Array<string>(5).fill(guesser))).toContain(429);
    expect(await statuses(attempt, several)).not.toContain(429);
  });

  it('believes nobody else: or whoever guesses would choose an address for each guess', async () => {
    const attempt = await openBehindProxy([]);
    expect(await statuses(attempt, several)).toContain(429);
  });

  it('takes the nearest address that no trusted proxy has, whatever the client wrote before it', async () => {
    const attempt = await openBehindProxy(['127.0.0.1']);
    const forged = several.map((address) => `${address}, 203.0.113.8`);
    expect(await statuses(attempt, forged)).toContain(429);
  });
});
