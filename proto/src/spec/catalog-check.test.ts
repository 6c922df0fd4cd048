import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { CatalogSchema, FieldType, Lookups } from '../gen/drawbridge/v1/catalog_pb.js';
import { FirstRun, Mode, RemovalAction } from '../gen/drawbridge/v1/sync_pb.js';
import { catalogProblems } from './catalog-check.js';
import { parseSpecification } from './parse.js';

const catalog = create(CatalogSchema, {
  sources: [
    {
      name: 'postgres',
      label: 'Postgres',
      settings: [
        { name: 'host', label: 'Host', type: FieldType.TEXT, required: true },
        { name: 'port', label: 'Port', type: FieldType.NUMBER, minimum: 1, maximum: 65_535 },
        {
          name: 'ssl',
          label: 'Encryption',
          type: FieldType.CHOICE,
          choices: ['off', 'verify-full'],
        },
        { name: 'schemas', label: 'Schemas', type: FieldType.TEXT_LIST },
        { name: 'keepalive', label: 'Keepalive', type: FieldType.BOOLEAN },
        {
          name: 'proxy',
          label: 'Proxy',
          type: FieldType.GROUP,
          fields: [{ name: 'host', label: 'Host', type: FieldType.TEXT, required: true }],
        },
        {
          name: 'auth',
          label: 'Sign-in',
          type: FieldType.CHOICE,
          choices: ['password', 'key', 'none'],
          default: { value: { case: 'text', value: 'password' } },
        },
        {
          name: 'keyId',
          label: 'Key id',
          type: FieldType.TEXT,
          required: true,
          when: { field: 'auth', is: ['key'] },
        },
        {
          name: 'keySize',
          label: 'Key size',
          type: FieldType.NUMBER,
          when: { field: 'keyId', is: ['7'] },
        },
      ],
      secrets: [
        {
          name: 'login',
          label: 'Password',
          type: FieldType.TEXT,
          required: true,
          when: { field: 'auth', is: ['password'] },
        },
        {
          name: 'key',
          label: 'Key',
          type: FieldType.TEXT,
          required: true,
          when: { field: 'auth', is: ['key'] },
        },
      ],
    },
  ],
  destinations: [
    {
      name: 'http',
      label: 'HTTP',
      settings: [
        {
          name: 'url',
          label: 'URL',
          type: FieldType.TEXT,
          required: true,
          default: { value: { case: 'text', value: 'x' } },
        },
        { name: 'headers', label: 'Headers', type: FieldType.TEXT_MAP },
      ],
      objects: [
        {
          name: 'requests',
          label: 'Requests',
          modes: [Mode.UPSERT],
          removals: [RemovalAction.DELETE],
          firstRun: FirstRun.SEND,
          options: [{ name: 'body', label: 'Body', type: FieldType.TEMPLATE }],
        },
        { name: '*', label: 'Tables', modes: [Mode.UPSERT, Mode.MIRROR], needsKey: true },
      ],
    },
  ],
});

const whole = `sources:
  s:
    type: postgres
    settings: { host: a, port: 5432, ssl: off, schemas: [a], keepalive: true, proxy: { host: b } }
    secrets: { login: env:PW }
destinations:
  d:
    type: http
    settings: { headers: { X-Team: data } }
models: { m: { source: s, table: t, primaryKey: [id] } }
syncs:
  x:
    model: m
    destination: d
    object: requests
    mode: upsert
    onRemoved: delete
    key: { id: id }
    options: { body: "{{ id }}" }
`;

function problemsOf(text: string, known = true, offered = catalog): string[] {
  const { specification, placeOf, problems } = parseSpecification([{ path: 'a.yaml', text }]);
  expect(problems).toEqual([]);
  const catalogOf = () => (known ? offered : undefined);
  return catalogProblems(specification!, { catalogOf, placeOf }).map(
    ({ line, column, code }) => `${line}:${column} ${code}`,
  );
}

describe('what the agents can do', () => {
  it('is enough for what they offer', () => {
    expect(problemsOf(whole)).toEqual([]);
  });

  it('asks for what applies, and for that alone', () => {
    const byKey = whole
      .replace('host: a', 'host: a, auth: key')
      .replace('login: env:PW', 'key: env:K');
    expect(problemsOf(byKey)).toEqual(['4:5 spec.missing']);
    expect(problemsOf(byKey.replace('auth: key', 'auth: key, keyId: "7", keySize: 1'))).toEqual([]);
    const without = whole.replace('host: a', 'host: a, auth: none').replace('login: env:PW', '');
    expect(problemsOf(without)).toEqual([]);
  });

  it('is not judged while no agent has said it', () => {
    expect(problemsOf(whole.replace('type: http', 'type: smtp'), false)).toEqual([]);
  });

  it.each([
    ['an unknown connector', 'type: http', 'type: htp', '8:11 spec.unknown_connector'],
    ['an unknown setting', 'host: a', 'host: a, hots: a', '4:32 spec.unknown_key'],
    ['a missing setting', 'host: a, port', 'port', '4:5 spec.missing'],
    ['a number out of bounds', '5432', '70000', '4:32 spec.bad_setting'],
    ['a text for a number', '5432', '"5432"', '4:32 spec.bad_setting'],
    ['an unknown choice', 'ssl: off', 'ssl: maybe', '4:43 spec.bad_setting'],
    ['a text for a list', '[a]', 'a', '4:57 spec.bad_setting'],
    ['a text for a flag', 'keepalive: true', 'keepalive: "on"', '4:73 spec.bad_setting'],
    ['a missing setting in a group', '{ host: b }', '{}', '4:79 spec.missing'],
    ['a number in a map of texts', 'X-Team: data', 'X-Team: 1', '9:17 spec.bad_setting'],
    ['a missing secret', 'secrets: { login: env:PW }', '', '2:3 spec.missing'],
    ['a setting that does not apply', 'host: a', 'host: a, keyId: a', '4:33 spec.stray_setting'],
    ['a secret that does not apply', 'host: a', 'host: a, auth: none', '5:23 spec.stray_setting'],
    ['a secret of another setting', 'env:PW', 'env:PW, key: env:K', '5:36 spec.stray_setting'],
    [
      'one that waits for one that does not apply',
      'host: a',
      'host: a, keySize: 7',
      '4:35 spec.stray_setting',
    ],
    [
      'a secret among the settings',
      'host: a',
      'host: a, login: me',
      '4:33 spec.secret_in_settings',
    ],
    [
      'a mode that the object lacks',
      'mode: upsert\n    onRemoved: delete',
      'mode: append',
      '16:11 spec.mode_not_offered',
    ],
    [
      'a removal that the object lacks',
      'onRemoved: delete',
      'onRemoved: archive',
      '17:16 spec.removal_not_offered',
    ],
    [
      'a key that the object needs',
      'requests\n    mode: upsert\n    onRemoved: delete\n    key: { id: id }\n    options: { body: "{{ id }}" }',
      'orders\n    mode: upsert',
      '12:3 spec.missing',
    ],
    ['an unknown option', 'options: { body', 'options: { bodi', '19:22 spec.unknown_key'],
    ['a template that is none', '{{ id }}', '{{ id', '19:22 spec.bad_setting'],
  ])('%s', (_name, from, to, expected) => {
    expect(whole).toContain(from);
    expect(problemsOf(whole.replace(from, to))).toContain(expected);
  });
});

describe('a lookup', () => {
  const looking = (onMiss: string): string =>
    whole.replace(
      'key: { id: id }',
      `key: { id: id }\n    fields: { a: { lookup: { object: o, match: { d: c }, return: id, onMiss: ${onMiss} } } }`,
    );
  const offering = (lookups: Lookups) =>
    create(CatalogSchema, {
      ...catalog,
      destinations: catalog.destinations.map((type) => ({ ...type, lookups })),
    });

  it.each([
    [Lookups.UNSPECIFIED, 'reject', ['19:20 spec.lookup_not_offered']],
    [Lookups.UNSPECIFIED, 'create', ['19:20 spec.lookup_not_offered']],
    [Lookups.FIND, 'null', []],
    [Lookups.FIND, 'create', ['19:78 spec.lookup_not_offered']],
    [Lookups.CREATE, 'create', []],
  ])('is for a connector that can do it: %i, onMiss %s', (lookups, onMiss, expected) => {
    expect(problemsOf(looking(onMiss), true, offering(lookups))).toEqual(expected);
    expect(problemsOf(looking(onMiss), false)).toEqual([]);
  });
});
