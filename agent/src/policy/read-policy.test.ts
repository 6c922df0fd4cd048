import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { overviewOf } from './overview.js';
import { readPolicy } from './read-policy.js';

const whole = `version: 1
sources:
  - connections: [warehouse]
    types: [postgres]
    hosts: [db.internal, "*.warehouse.internal:5432"]
    secrets: ["env:WAREHOUSE_*"]
    models: [table, sql]
    tables: ["marts.*"]
    deniedColumns: [ssn]
    maxRows: 1000000
destinations:
  - connections: [crm]
    types: [http]
    hosts: [api.crm.example]
    objects: ["contacts*"]
    operations: [upsert, delete]
    maxRows: 1000
    maxRemovedPercent: 10
egress:
  allow: [10.20.0.0/16, fd00:1::/64]
previews: off
`;
const read = (text: string) => readPolicy(Buffer.from(text));
/** `line:column message` of each fault. */
const faultsOf = (text: string): string[] =>
  (read(text).faults ?? []).map(({ line, column, message }) => `${line}:${column} ${message}`);
const changed = (from: string, to: string): string => {
  expect(whole).toContain(from);
  return whole.replace(from, to);
};

describe('a policy file', () => {
  it('is what it says, and is named by the digest of its bytes', () => {
    const { given } = read(whole);
    expect(given?.digest).toBe(createHash('sha256').update(whole).digest('hex'));
    expect(given?.policy).toMatchObject({
      sources: [{ connections: ['warehouse'], secrets: ['env:WAREHOUSE_*'], maxRows: 1_000_000 }],
      destinations: [{ operations: ['upsert', 'delete'], secrets: [], maxRemovedPercent: 10 }],
      networks: ['10.20.0.0/16', 'fd00:1::/64'],
    });
    expect(read(`${whole}# a comment\n`).given?.digest).not.toBe(given?.digest);
  });

  it('allows nothing where it says nothing', () => {
    expect(read('version: 1').given?.policy).toEqual({
      sources: [],
      destinations: [],
      networks: [],
    });
  });

  it.each([
    ['version: 1', 'version: 2', '1:10 This must be 1.'],
    ['version: 1\n', '', '1:1 "version" is missing here. Add it.'],
    ['    tables:', '    table:', '8:5 "table" is no key here.'],
    ['    models: [table, sql]\n', '', '3:5 "models" is missing here.'],
    ['[table, sql]', '[table, sqll]', '7:21 This must be one of table, sql.'],
    ['[table, sql]', '[]', '7:13 This must be a list with something in it'],
    ['[warehouse]', 'warehouse', '3:18 This must be a list'],
    ['maxRows: 1000\n', 'maxRows: -1\n', '17:14 This must be a whole number from 0'],
    ['maxRows: 1000\n', 'maxRows: "1000"\n', '17:14 This must be a whole number from 0'],
    ['maxRemovedPercent: 10', 'maxRemovedPercent: 101', '18:24 This must be a whole number'],
    ['    maxRows: 1000\n', '    maxRows: 1000\n    maxRows: 2\n', '18:5 "maxRows" stands here'],
    ['db.internal,', 'https://db.internal,', '5:13 This must be a host'],
    ['db.internal,', 'DB.internal,', '5:13 This must be a host'],
    ['env:WAREHOUSE_*', 'secret:x', '6:15 This must be a reference'],
    ['env:WAREHOUSE_*', 'file:/secrets/../etc/*', '6:15 This must be a reference'],
    ['10.20.0.0/16', '10.20.0.0/33', '20:11 This must be an address or a network'],
    ['10.20.0.0/16', 'example.com', '20:11 This must be an address or a network'],
    ['previews: off', 'previews: masked', '21:11 This must be off.'],
    ['previews: off', 'signing: {}', '21:1 "signing" is no key here.'],
    ['[ssn]', '[ssn', '10:5 This is not valid YAML'],
    ['[ssn]', '&a [ssn]\n    tables: *a', '10:5 "tables" stands here twice'],
  ])('with %j as %j tells %s', (from, to, fault) => {
    expect(faultsOf(changed(from, to))).toContainEqual(expect.stringContaining(fault));
    expect(read(changed(from, to)).given).toBeUndefined();
  });

  it('tells all its faults at once, in their order', () => {
    const text = changed('[table, sql]', '[x]')
      .replace('[upsert, delete]', '[y]')
      .replace('off', 'on');
    expect(faultsOf(text).map((fault) => fault.split(' ')[0])).toEqual(['7:14', '16:18', '21:11']);
  });

  it('has no aliases, and no merge of what stands elsewhere', () => {
    const text = changed('[warehouse]', '&x [warehouse]').replace('[crm]', '*x');
    expect(faultsOf(text)).toEqual([expect.stringContaining('This must be a list')]);
  });

  it('that leaves much open is told so', () => {
    const { given } = read(`version: 1
sources: [{ connections: ["*"], types: [postgres], hosts: ["*"], models: [sql] }]
destinations: [{ connections: ["*"], types: [http], hosts: ["*:443"], objects: ["*"], operations: [delete], secrets: ["env:*"] }]
egress: { allow: [0.0.0.0/0] }`);
    expect(given && overviewOf(given.policy).wide).toEqual([
      'sources[0] allows every host',
      'sources[0] lets SQL read every table of its user',
      'sources[0] has no maxRows',
      'destinations[0] allows every host',
      'destinations[0] may take every secret',
      'destinations[0] allows every object',
      'destinations[0] has no maxRows',
      'destinations[0] has no maxRemovedPercent',
      'egress.allow names 0.0.0.0/0',
    ]);
    const narrow = read(whole).given;
    expect(narrow && overviewOf(narrow.policy).wide).toEqual([]);
  });
});
