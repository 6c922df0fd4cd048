import { expect, it, onTestFinished } from 'vitest';
import { Redaction } from '../../secret/redaction.js';
import { column, openEngine } from '../../testing/engine.js';
import { memorySource } from '../../testing/memory-connectors.js';
import { MemoryStore } from '../../testing/memory-store.js';
import { connect, connectedOrg } from '../../testing/salesforce-org.js';

it('writes no token, key or assertion into the bucket, whatever fails', async () => {
  const { server, destination } = await connectedOrg();
  const store = new MemoryStore();
  const redaction = new Redaction();
  redaction.learn(server.credentials.privateKey);
  const rows = [{ id: '1', LastName: 'x'.repeat(81) }];
  const source = memorySource(() => rows);
  const change = {
    object: 'Contact',
    key: [{ field: 'ExtId__c', column: 'id' }],
    fields: [column('LastName')],
  };
  const runWith = async (to: typeof destination): Promise<string> => {
    const engine = await openEngine({ source, destination: to, store });
    onTestFinished(() => engine.close());
    const { redact } = redaction;
    return (await engine.run(change, { redact })).outcome;
  };
  // A row that is refused, a session that is refused again and again, and a sign-in that is refused.
  expect(await runWith(destination)).toBe('completed_with_errors');
  server.trouble({ kind: 'expire' }, { like: /composite/, times: 2 });
  expect(await runWith(destination)).toBe('failed');
  const stranger = connect(server, { username: 'nobody@example.com' });
  onTestFinished(() => stranger.close());
  expect(await runWith(stranger)).toBe('failed');

  const texts = [...store.objects.values()].map(({ body }) => Buffer.from(body).toString());
  const errors = texts.join('\n');
  const tokens = server.requests.flatMap(({ headers }) => headers.authorization?.slice(7) ?? []);
  expect(errors).toContain('INVALID_SESSION_ID');
  expect(errors).toContain('STRING_TOO_LONG');
  expect(new Set(tokens).size).toBeGreaterThan(1);
  for (const token of tokens) expect(errors).not.toContain(token);
  expect(errors).not.toMatch(/assertion|eyJhbGciOi/);
  expect(errors).not.toContain(server.credentials.privateKey.slice(40, 80));
});
