import { describe, expect, it } from 'vitest';
import { codeOf, destinationRule, policyOf, sourceRule } from './testing/rules.js';
import {
  assertModel,
  assertTable,
  assertWriting,
  destinationRuleFor,
  sourceRuleFor,
} from './verdict.js';
import type { AskedConnection, AskedModel, AskedWriting } from './verdict.js';

const policy = policyOf({
  sources: [
    sourceRule({ hosts: ['db.internal', '*.lake.internal:5432', '10.1.2.3', '[fd00::1]'] }),
    sourceRule({
      connections: ['*'],
      types: ['snowflake'],
      hosts: ['acme.snowflakecomputing.com'],
    }),
  ],
  destinations: [destinationRule({})],
});

describe('a connection', () => {
  const warehouse: AskedConnection = {
    name: 'warehouse',
    type: 'postgres',
    hosts: [{ host: 'db.internal', port: 5432 }],
    references: ['env:WAREHOUSE_PASSWORD'],
  };
  const at = (host: string, port = 5432): Partial<AskedConnection> => ({ hosts: [{ host, port }] });

  it.each<[string, Partial<AskedConnection>]>([
    ['as its rule has it', {}],
    ['by a host in other letters', at('DB.Internal')],
    ['by a host with the root’s dot', at('db.internal.')],
    ['by a host that a pattern names, at its port', at('eu.lake.internal')],
    ['by an address', at('10.1.2.3', 1)],
    ['by an address of IPv6', at('fd00::1')],
    ['without secrets', { references: [] }],
    [
      'by the second rule',
      { name: 'else', type: 'snowflake', ...at('acme.snowflakecomputing.com') },
    ],
  ])('is allowed %s', (_, change) => {
    expect(() => sourceRuleFor(policy, { ...warehouse, ...change })).not.toThrow();
  });

  it.each<[string, string, Partial<AskedConnection>]>([
    ['policy.type_forbidden', 'of another type', { type: 'snowflake' }],
    ['policy.type_forbidden', 'that the first rule does not name', { name: 'else' }],
    ['policy.host_forbidden', 'elsewhere', at('evil.example')],
    ['policy.host_forbidden', 'at a host that only ends so', at('evil-db.internal')],
    ['policy.host_forbidden', 'at a host that only begins so', at('db.internal.evil.example')],
    ['policy.host_forbidden', 'at another port than the pattern’s', at('eu.lake.internal', 22)],
    ['policy.host_forbidden', 'at a dot that is another letter', at('dbxinternal')],
    ['policy.host_forbidden', 'by a socket of the machine', at('/var/run/postgresql')],
    [
      'policy.host_forbidden',
      'with one host of two',
      {
        hosts: [
          { host: 'db.internal', port: 1 },
          { host: 'x', port: 1 },
        ],
      },
    ],
    ['policy.secret_forbidden', 'with another secret', { references: ['env:OTHER'] }],
    [
      'policy.secret_forbidden',
      'with one of two',
      { references: ['env:WAREHOUSE_A', 'file:/etc/passwd'] },
    ],
    [
      'policy.secret_forbidden',
      'with a path that climbs',
      { references: ['file:/secrets/../etc/passwd'] },
    ],
    ['policy.secret_forbidden', 'with a path that stays', { references: ['file:/secrets/./../x'] }],
  ])('is %s %s', (code, _, change) => {
    expect(codeOf(() => sourceRuleFor(policy, { ...warehouse, ...change }))).toBe(code);
  });

  it('that no rule names is refused, and so is every one where there are no rules', () => {
    const asked = { ...warehouse, name: 'crm2', type: 'http' };
    expect(codeOf(() => destinationRuleFor(policy, asked))).toBe('policy.connection_forbidden');
    const none = policyOf({ sources: [], destinations: [] });
    expect(codeOf(() => sourceRuleFor(none, warehouse))).toBe('policy.connection_forbidden');
  });
});

describe('a model', () => {
  const rule = sourceRule({
    tables: ['marts.*', 'public.account'],
    deniedColumns: ['ssn', '*_iban', 'marts.person.email'],
  });
  const table = (name: string, ...columns: string[]): AskedModel => ({
    query: { table: name },
    columns,
  });
  const sql: AskedModel = { query: { sql: 'select 1' }, columns: ['id'] };

  it.each<[AskedModel]>([
    [table('marts.customer', 'id', 'email')],
    [table('public.account')],
    [table('marts.person', 'mail')],
    [sql],
  ])('is allowed: %j', (asked) => expect(() => assertModel(rule, asked, true)).not.toThrow());

  it.each<[string, AskedModel]>([
    ['policy.table_forbidden', table('raw.customer')],
    ['policy.table_forbidden', table('Marts.customer')],
    ['policy.table_forbidden', table('account')],
    ['policy.table_forbidden', table('public.accounts')],
    ['policy.column_forbidden', table('marts.customer', 'id', 'ssn')],
    ['policy.column_forbidden', table('marts.customer', 'SSN')],
    ['policy.column_forbidden', table('marts.customer', 'home_iban')],
    ['policy.column_forbidden', table('marts.person', 'email')],
    ['policy.column_forbidden', { ...sql, columns: ['ssn'] }],
  ])('is %s: %j', (code, asked) => {
    expect(codeOf(() => assertModel(rule, asked, true))).toBe(code);
  });

  it('of SQL is refused where the rule has tables alone, or nobody can tell what it reads', () => {
    const byName = sourceRule({ models: ['table'] });
    expect(codeOf(() => assertModel(byName, sql, true))).toBe('policy.model_forbidden');
    expect(codeOf(() => assertModel(rule, sql, false))).toBe('policy.sql_unjudged');
    expect(codeOf(() => assertModel(sourceRule({ deniedColumns: ['ssn'] }), sql, false))).toBe(
      'policy.sql_unjudged',
    );
    expect(() => assertModel(sourceRule({}), sql, false)).not.toThrow();
  });

  it('of any table is allowed where the rule names none', () => {
    expect(() => assertTable(sourceRule({}), 'anything')).not.toThrow();
  });
});

describe('what a sync writes', () => {
  const rule = destinationRule({
    objects: ['contacts*', 'public.a'],
    operations: ['upsert', 'delete'],
  });
  it.each<[string | undefined, AskedWriting]>([
    [
      undefined,
      { objects: ['contacts', 'contacts/7', 'public.a'], operations: ['upsert', 'delete'] },
    ],
    ['policy.object_forbidden', { objects: ['contacts', 'leads'], operations: ['upsert'] }],
    ['policy.object_forbidden', { objects: ['publicxa'], operations: ['upsert'] }],
    ['policy.operation_forbidden', { objects: ['contacts'], operations: ['upsert', 'archive'] }],
    ['policy.operation_forbidden', { objects: ['contacts'], operations: ['replace'] }],
  ])('is judged %s: %j', (code, asked) => {
    expect(codeOf(() => assertWriting(rule, asked))).toBe(code);
  });
});
