import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '../failure.js';
import { leaveThrough } from '../proxy.js';
import { listedAs, sayingWhom } from './reach.js';
import { loadRegistry } from './registry.js';

afterEach(() => leaveThrough(undefined));

describe('a connection that reaches nobody', () => {
  const failing = (code: string) => ({
    check: () => Promise.reject(new Failure('TRANSIENT', code, 'Silence.', { detail: 'timeout' })),
    name: 'x',
  });
  const reach = { hosts: [{ host: 'crm.example.com', port: 443 }], pastProxy: false };

  it('says whom it dialled and what a list must have', async () => {
    const connection = sayingWhom(failing('destination.unreachable'), reach);
    const failure = await connection.check().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'destination.unreachable', message: 'Silence.' });
    const { detail } = failure as Failure;
    expect(detail).toMatch(/^timeout\nDialled: crm\.example\.com:443\./);
    expect(detail).toContain(
      'ciliumNetworkPolicy.hosts: [{ name: crm.example.com, ports: [443] }]',
    );
    expect(connection.name).toBe('x');
  });

  it('adds nothing to what has another cause', async () => {
    const connection = sayingWhom(failing('destination.auth_failed'), reach);
    await expect(connection.check()).rejects.toMatchObject({ detail: 'timeout' });
  });

  it('names the proxy where it is the one that may not let through', () => {
    expect(listedAs(reach)).not.toContain('HTTPS_PROXY');
    leaveThrough({ url: 'http://proxy:3128', except: '', isUsed: true });
    expect(listedAs(reach)).toContain('HTTPS_PROXY');
    expect(listedAs({ hosts: [{ host: 'db', port: 5432 }], pastProxy: true })).not.toContain(
      'HTTPS_PROXY',
    );
  });
});

/** The least settings of each connector, and whom it dials then. */
const dialled: Readonly<Record<string, [settings: object, host: string]>> = {
  'source/postgres': [{ host: 'db', port: 5432 }, 'db:5432 tcp'],
  'source/snowflake': [{ account: 'ACME_EU' }, 'acme-eu.snowflakecomputing.com:443 http'],
  'destination/postgres': [{ host: 'db', port: 5432 }, 'db:5432 tcp'],
  'destination/redis': [{ host: 'cache', port: 6379 }, 'cache:6379 tcp'],
  'destination/nats': [{ servers: ['nats'] }, 'nats:4222 tcp'],
  'destination/http': [{ baseUrl: 'https://api.example.com/v1' }, 'api.example.com:443 http'],
  'destination/slack': [{ apiUrl: 'https://slack.com/api/' }, 'slack.com:443 http'],
  'destination/salesforce': [{ sandbox: false }, 'login.salesforce.com:443 http'],
  'destination/s3': [
    { bucket: 'acme', region: 'eu-central-1' },
    'acme.s3.eu-central-1.amazonaws.com:443 http',
  ],
};

it('is known of every connector', async () => {
  const { sources, destinations } = await loadRegistry();
  const all = [
    ...[...sources].map(([name, definition]) => [`source/${name}`, definition] as const),
    ...[...destinations].map(([name, definition]) => [`destination/${name}`, definition] as const),
  ];
  const said = all.map(([name, { hosts, pastProxy }]) => {
    const [settings = {}] = dialled[name] ?? [];
    const [first] = hosts?.(settings as never) ?? [];
    return [name, `${first?.host}:${first?.port} ${pastProxy ? 'tcp' : 'http'}`];
  });
  const wanted = Object.entries(dialled).map(([name, [, host]]) => [name, host]);
  expect(Object.fromEntries(said)).toEqual(Object.fromEntries(wanted));
});

it('is what the operations guide lists', async () => {
  const guide = await readFile(new URL('../../../deploy/README.md', import.meta.url), 'utf8');
  const rows = [...guide.matchAll(/^\| `(\w+)` +\|.*\| (\d+) +\| (through|past) it +\|$/gm)];
  const listed = rows.map(([, name, port, way]) => `${name} ${port} ${way}`);
  const known = Object.entries(dialled).map(([name, [, host]]) => {
    const [, port, by] = /:(\d+) (\w+)$/.exec(host) ?? [];
    return `${name.split('/')[1]} ${port} ${by === 'http' ? 'through' : 'past'}`;
  });
  expect(listed.toSorted()).toEqual([...new Set(known)].toSorted());
  const [, ports = ''] =
    /\| agent +\| sources and destinations +\| theirs: ([\d, ]+?) *\|/.exec(guide) ?? [];
  expect(ports.split(', ').toSorted()).toEqual(
    [...new Set(rows.map(([, , port]) => port))].toSorted(),
  );
});
