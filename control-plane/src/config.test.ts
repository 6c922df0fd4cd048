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

  it('names the proxies that are believed about who asks, none if it says nothing', () => {
    const proxiesIn = (text?: string) =>
      readConfig({ ...good, ...(text !== undefined && { DRAWBRIDGE_TRUSTED_PROXIES: text }) })
        .trustedProxies;
    expect(proxiesIn()).toEqual([]);
    expect(proxiesIn('')).toEqual([]);
    expect(proxiesIn(' 10.0.0.7, 10.1.0.0/16,fd00::/8 ')).toEqual([
      '10.0.0.7',
      '10.1.0.0/16',
      'fd00::/8',
    ]);
    for (const text of ['proxy.internal', '10.0.0.0/33', '10.0.0.0/', 'fd00::/129', '1/8', 'true'])
      expect(() => proxiesIn(text)).toThrow('DRAWBRIDGE_TRUSTED_PROXIES');
  });

  it('names the private networks that webhooks may reach, none if it says nothing', () => {
    expect(readConfig(good).webhookNetworks).toEqual([]);
    const named = { ...good, DRAWBRIDGE_WEBHOOK_NETWORKS: '10.2.0.0/16, 192.168.1.7' };
    expect(readConfig(named).webhookNetworks).toEqual(['10.2.0.0/16', '192.168.1.7']);
    const wrong = { ...good, DRAWBRIDGE_WEBHOOK_NETWORKS: 'hooks.internal' };
    expect(() => readConfig(wrong)).toThrow('DRAWBRIDGE_WEBHOOK_NETWORKS');
  });

  it('names who sends mail beside the server that it is sent by', () => {
    expect(readConfig(good)).toMatchObject({ smtpUrl: undefined, mailFolder: '.drawbridge/mail' });
    const url = 'smtps://user:hush@mail.example.com';
    const sender = 'Drawbridge <drawbridge@example.com>';
    const both = { ...good, DRAWBRIDGE_SMTP_URL: url, DRAWBRIDGE_MAIL_FROM: sender };
    expect(readConfig(both)).toMatchObject({ smtpUrl: url, mailFrom: sender });
    for (const wrong of [
      { ...both, DRAWBRIDGE_MAIL_FROM: '' },
      { ...both, DRAWBRIDGE_MAIL_FROM: 'Drawbridge' },
      { ...both, DRAWBRIDGE_MAIL_FROM: 'a@example.com, b@example.com' },
      { ...both, DRAWBRIDGE_SMTP_URL: 'mail.example.com:25' },
    ])
      expect(() => readConfig(wrong)).toThrow(/DRAWBRIDGE_(MAIL_FROM|SMTP_URL) must/);
  });

  it('names an identity provider whole, or not at all', () => {
    expect(readConfig(good).oidc).toBeUndefined();
    const named = {
      ...good,
      DRAWBRIDGE_OIDC_ISSUER: 'https://id.example.com/',
      DRAWBRIDGE_OIDC_CLIENT_ID: 'drawbridge',
      DRAWBRIDGE_OIDC_CLIENT_SECRET: 'hush',
    };
    expect(readConfig(named).oidc).toEqual({
      issuer: 'https://id.example.com',
      clientId: 'drawbridge',
      clientSecret: 'hush',
      name: 'single sign-on',
    });
    for (const wrong of [
      { DRAWBRIDGE_OIDC_CLIENT_SECRET: '' },
      { DRAWBRIDGE_OIDC_ISSUER: 'http://id.example.com' },
      { DRAWBRIDGE_OIDC_ISSUER: 'id.example.com' },
    ])
      expect(() => readConfig({ ...named, ...wrong })).toThrow('DRAWBRIDGE_OIDC_');
  });

  it('is told all that is wrong with it at once, without a value', () => {
    const wrong = {
      DATABASE_URL: 'mysql://root:hush@db',
      DRAWBRIDGE_SECRET: 'hush',
      PORT: '99999',
      LOG_LEVEL: 'loud',
      DRAWBRIDGE_SIGN_UP: 'ajar',
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
