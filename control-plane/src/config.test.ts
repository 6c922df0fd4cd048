import { describe, expect, it } from 'vitest';
import { readConfig } from './config.js';

const good = {
  DATABASE_URL: 'postgresql://drawbridge:hush@localhost/drawbridge',
  DRAWBRIDGE_SECRET: 'x'.repeat(32),
};

describe('the environment', () => {
  it('has defaults for all but the database and the secret', () => {
    expect(readConfig(good)).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      publicUrl: 'http://localhost:3000',
      heartbeatMs: 10_000,
      leaseMs: 60_000,
      logLevel: 'info',
    });
    expect(readConfig({ ...good, PORT: '80' }).publicUrl).toBe('http://localhost:80');
  });

  it('is told all that is wrong with it at once, without a value', () => {
    const wrong = {
      DATABASE_URL: 'mysql://root:hush@db',
      DRAWBRIDGE_SECRET: 'hush',
      PORT: '99999',
      LOG_LEVEL: 'loud',
      DRAWBRIDGE_PUBLIC_URL: 'drawbridge.example',
      DRAWBRIDGE_LEASE_MS: '1000',
    };
    const { code, message } = refusalOf(wrong);
    expect(code).toBe('config.invalid');
    for (const name of Object.keys(wrong)) expect(message).toContain(name);
    expect(message).not.toContain('hush');
  });
});

function refusalOf(environment: Record<string, string>): { code?: string; message: string } {
  try {
    readConfig(environment);
  } catch (error) {
    return error as Error;
  }
  return { message: 'nothing was refused' };
}
