import { describe, expect, it } from 'vitest';
import { Quota } from './quota.js';

const told = (usage: string): Record<string, string> => ({ 'sforce-limit-info': usage });

describe('the share of API calls', () => {
  it('ends the run before more is used, and asks for a later one', () => {
    const quota = new Quota(80);
    quota.check();
    quota.note(told('api-usage=799/1000'));
    quota.check();
    quota.note(told('api-usage=800/1000; per-app-api-usage=1/250(appName=x)'));
    expect(() => quota.check()).toThrow(
      expect.objectContaining({
        kind: 'TRANSIENT',
        code: 'destination.quota_spent',
        retryAfterMs: 3_600_000,
      }),
    );
    // Calls come back, and others' do.
    quota.note(told('api-usage=12/1000'));
    quota.check();
  });

  it('is not judged by an answer that says nothing of it', () => {
    const quota = new Quota(1);
    quota.note({});
    quota.note(told('nonsense'));
    quota.note(told('api-usage=5/0'));
    expect(() => quota.check()).not.toThrow();
  });
});
