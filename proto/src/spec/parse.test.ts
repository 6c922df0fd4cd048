import { describe, expect, it } from 'vitest';
import { parseSpecification } from './parse.js';

/** The file that all examples spoil in one place. */
const whole = `sources:
  warehouse:
    type: postgres
    settings: { host: db.internal, port: 5432 }
    secrets: { password: env:WAREHOUSE_PASSWORD }
destinations:
  app-db:
    type: postgres
    limits: { requestsPerSecond: 20, concurrency: 4 }
models:
  customers:
    source: warehouse
    primaryKey: [id]
    sql: select id, email, mrr from customers
syncs:
  customers-to-app:
    model: customers
    destination: app-db
    object: public.customers
    mode: mirror
    key: { external_id: id }
    fields:
      email: email
      plan: { template: "{{ plan | upcase }}" }
      mrr: { column: mrr, nulls: omit }
    schedule: { cron: "*/15 * * * *", timezone: Europe/Berlin }
    guards: { removed: { rows: 5 } }
`;

const problemsOf = (...texts: string[]): string[] =>
  parseSpecification(texts.map((text, index) => ({ path: `${index}.yaml`, text }))).problems.map(
    ({ file, line, column, code }) => `${file}:${line}:${column} ${code}`,
  );

function spoilt(from: string, to: string): string {
  expect(whole).toContain(from);
  return whole.replace(from, to);
}

describe('a configuration without a mistake', () => {
  it('is read with every default filled in', () => {
    const { specification, problems } = parseSpecification([{ path: 'a.yaml', text: whole }]);
    expect(problems).toEqual([]);
    expect(specification?.sources.warehouse).toEqual({
      type: 'postgres',
      pool: 'default',
      settings: { host: 'db.internal', port: 5432 },
      secrets: { password: 'env:WAREHOUSE_PASSWORD' },
    });
    expect(specification?.syncs['customers-to-app']).toEqual({
      model: 'customers',
      destination: 'app-db',
      object: 'public.customers',
      mode: 'mirror',
      onRemoved: { action: 'delete', set: [] },
      key: [{ field: 'external_id', column: 'id' }],
      fields: [
        { field: 'email', value: { kind: 'column', column: 'email' }, nulls: 'send' },
        {
          field: 'plan',
          value: { kind: 'template', template: '{{ plan | upcase }}' },
          nulls: 'send',
        },
        { field: 'mrr', value: { kind: 'column', column: 'mrr' }, nulls: 'omit' },
      ],
      schedule: { kind: 'cron', cron: '*/15 * * * *', timezone: 'Europe/Berlin' },
      guards: { removed: { rows: 5, percent: 10, action: 'withhold' }, emptyResult: 'stop' },
      uncertain: 'hold',
      options: {},
    });
  });

  it('may be spread over files, with anchors, comments and empty parts', () => {
    const [before = '', after = ''] = whole.split(/(?=^models:)/m);
    expect(problemsOf(before, after, '# nothing yet\n', 'syncs:\n')).toEqual([]);
    const anchored = spoilt(
      '{ host: db.internal, port: 5432 }',
      '&db { host: db.internal }',
    ).replace('    limits:', '    settings: *db\n    limits:');
    expect(problemsOf(anchored)).toEqual([]);
  });

  it('has guards and removals as the sync asks for them', () => {
    const text = spoilt(
      'guards: { removed: { rows: 5 } }',
      'guards: { removed: off, added: { rows: 100 }, emptyResult: allow }',
    ).replace(
      'mode: mirror',
      'mode: upsert\n    onRemoved: { set: { active: false, score: 1.50, note: null } }',
    );
    const sync = parseSpecification([{ path: 'a.yaml', text }]).specification?.syncs[
      'customers-to-app'
    ];
    expect(sync?.guards).toEqual({
      added: { rows: 100, percent: 0, action: 'withhold' },
      emptyResult: 'allow',
    });
    expect(sync?.onRemoved).toEqual({
      action: 'set',
      set: [
        { field: 'active', constant: { flag: false } },
        { field: 'score', constant: { number: '1.50' } },
        { field: 'note', constant: { null: true } },
      ],
    });
  });
});

describe('an empty result', () => {
  const emptyResultOf = (mode: string, guards = ''): string | undefined =>
    parseSpecification([
      {
        path: 'a.yaml',
        text: spoilt('mode: mirror', mode).replace('guards: { removed: { rows: 5 } }', guards),
      },
    ]).specification?.syncs['customers-to-app']?.guards.emptyResult;

  it.each([
    ['mode: mirror', '', 'stop'],
    ['mode: upsert\n    onRemoved: archive', 'guards: { added: off }', 'stop'],
    ['mode: replace', '', 'stop'],
    ['mode: upsert', '', 'allow'],
    ['mode: append', 'guards: { added: off }', 'allow'],
    ['mode: append', 'guards: { emptyResult: stop }', 'stop'],
    ['mode: mirror', 'guards: { emptyResult: allow }', 'allow'],
  ])('stops a sync that removes, unless it says otherwise: %s, %s', (mode, guards, expected) => {
    expect(emptyResultOf(mode, guards)).toBe(expected);
  });
});

describe('a key by which a sync removes', () => {
  const composite = spoilt('primaryKey: [id]', 'primaryKey: [tenant, id]');
  const keyed = (text: string, key: string): string[] =>
    problemsOf(text.replace('key: { external_id: id }', key));
  const noKey = ['0.yaml:16:3 spec.key_not_primary'];
  const otherKey = ['0.yaml:21:5 spec.key_not_primary'];

  it('is the primary key, under whatever names and in whatever order', () => {
    expect(keyed(whole, 'key: { mail: email }')).toEqual(otherKey);
    expect(keyed(whole, 'key: { id: id, mail: email }')).toEqual(otherKey);
    expect(keyed(whole, 'firstRun: send')).toEqual(noKey);
    expect(keyed(composite, 'key: { a: id }')).toEqual(otherKey);
    expect(keyed(composite, 'key: { a: id, b: tenant }')).toEqual([]);
    const upserting = composite.replace('mode: mirror', 'mode: upsert\n    onRemoved: archive');
    expect(keyed(upserting, 'key: { a: id }')).toEqual(['0.yaml:22:5 spec.key_not_primary']);
  });

  it('says which columns are meant, and how to keep the key', () => {
    const text = composite.replace('external_id: id', 'external_id: email');
    const [problem] = parseSpecification([{ path: 'a.yaml', text }]).problems;
    expect(problem?.message).toContain('it lacks tenant, id of the model');
    expect(problem?.message).toContain('use "mode: upsert" without "onRemoved"');
  });

  it('may be any other where nothing is removed', () => {
    const upserting = composite.replace('mode: mirror', 'mode: upsert');
    expect(keyed(upserting, 'key: { mail: email }')).toEqual([]);
  });
});

describe('a mistake is found where it stands', () => {
  it.each([
    ['an unknown part', 'syncs:', 'synks:', '15:1 spec.unknown_key'],
    [
      'an unknown key',
      'type: postgres\n    settings',
      'kind: postgres\n    settings',
      '3:5 spec.unknown_key',
    ],
    ['a missing key', '    object: public.customers\n', '', '16:3 spec.missing'],
    ['a wrong type', 'object: public.customers', 'object: 7', '19:13 spec.wrong_type'],
    ['a list for a map', '{ host: db.internal, port: 5432 }', '[a]', '4:5 spec.wrong_type'],
    [
      'a name twice in one place',
      'email: email',
      'email: email\n      email: mail',
      '24:7 spec.duplicate_name',
    ],
    [
      'a name that no address can hold',
      'customers-to-app:',
      '"customers to app":',
      '16:3 spec.bad_name',
    ],
    [
      'a model that is not there',
      'model: customers',
      'model: customer',
      '17:12 spec.unknown_reference',
    ],
    [
      'a source that is not there',
      'source: warehouse',
      'source: constructor',
      '12:13 spec.unknown_reference',
    ],
    ['an unknown mode', 'mode: mirror', 'mode: miror', '20:11 spec.bad_value'],
    ['an unknown handling of NULL', 'nulls: omit', 'nulls: never', '25:34 spec.bad_value'],
    [
      'an unknown removal',
      'mode: mirror',
      'mode: mirror\n    onRemoved: drop',
      '21:16 spec.bad_value',
    ],
    [
      'a removal that the mode never does',
      'mode: mirror',
      'mode: append\n    onRemoved: delete',
      '21:16 spec.conflict',
    ],
    [
      'a mirror that keeps all',
      'mode: mirror',
      'mode: mirror\n    onRemoved: nothing',
      '21:16 spec.conflict',
    ],
    [
      'a removal that sets nothing',
      'mode: mirror',
      'mode: mirror\n    onRemoved: { set: {} }',
      '21:5 spec.missing',
    ],
    ['a cron that never comes', '*/15 * * * *', '0 0 30 2 *', '26:23 spec.bad_cron'],
    ['a cron that is none', '*/15 * * * *', 'often', '26:23 spec.bad_cron'],
    ['a cron with seconds', '*/15 * * * *', '1 2 3 4 5 6', '26:23 spec.bad_cron'],
    ['a time zone that is none', 'Europe/Berlin', 'Europe/Berlim', '26:49 spec.bad_timezone'],
    [
      'an interval that is none',
      '{ cron: "*/15 * * * *", timezone: Europe/Berlin }',
      '{ every: 15 minutes }',
      '26:24 spec.bad_interval',
    ],
    [
      'one line that never comes',
      '"*/15 * * * *"',
      '["0 6 * * *", "0 0 30 2 *"]',
      '26:17 spec.bad_cron',
    ],
    ['no line of cron', '"*/15 * * * *"', '[]', '26:17 spec.missing'],
    [
      'a line of cron twice',
      '"*/15 * * * *"',
      '["0 6 * * *", "0 6 * * *"]',
      '26:17 spec.bad_value',
    ],
    ['a jitter that is none', 'timezone: Europe/Berlin', 'jitter: soon', '26:47 spec.bad_interval'],
    ['a jitter of days', 'timezone: Europe/Berlin', 'jitter: 2d', '26:47 spec.bad_value'],
    [
      'a jitter beyond the interval',
      '{ cron: "*/15 * * * *", timezone: Europe/Berlin }',
      '{ every: 5m, jitter: 6m }',
      '26:36 spec.bad_value',
    ],
    [
      'runs one by one that pass each other by',
      'mode: mirror',
      'mode: mirror\n    catchUp: all\n    overlap: skip',
      '22:14 spec.conflict',
    ],
    [
      'a lateness that is none',
      'mode: mirror',
      'mode: mirror\n    startWithin: soon',
      '21:18 spec.bad_interval',
    ],
    ['two schedules', 'timezone: Europe/Berlin', 'every: 5m', '26:5 spec.conflict'],
    [
      'a schedule of another word',
      '{ cron: "*/15 * * * *", timezone: Europe/Berlin }',
      'hourly',
      '26:15 spec.bad_value',
    ],
    [
      'a secret in place of its reference',
      'env:WAREHOUSE_PASSWORD',
      'hunter2',
      '5:26 spec.bad_secret_reference',
    ],
    [
      'a reference to nothing',
      'env:WAREHOUSE_PASSWORD',
      '"env:"',
      '5:26 spec.bad_secret_reference',
    ],
    [
      'a reference to a path that is not whole',
      'env:WAREHOUSE_PASSWORD',
      'file:secret',
      '5:26 spec.bad_secret_reference',
    ],
    [
      'a secret among the settings',
      'host: db.internal',
      'apiKey: abc',
      '4:25 spec.secret_in_settings',
    ],
    [
      'a secret deep among the settings',
      'host: db.internal',
      'headers: { Authorization: abc }',
      '4:43 spec.secret_in_settings',
    ],
    [
      'a password inside an address',
      'db.internal',
      'https://me:pw@db',
      '4:23 spec.secret_in_settings',
    ],
    ['a number that would be rounded', '5432', '12345678901234567890', '4:42 spec.wrong_type'],
    ['an empty primary key', '[id]', '[]', '13:5 spec.empty_key'],
    ['a primary key with a column twice', '[id]', '[id, id]', '13:5 spec.duplicate_name'],
    ['an empty key', '{ external_id: id }', '{}', '21:5 spec.empty_key'],
    ['a field that is in the key', 'email: email', 'external_id: email', '23:20 spec.conflict'],
    ['a query twice', 'sql: select', 'table: t\n    sql: select', '11:3 spec.conflict'],
    ['no query', 'sql: select id, email, mrr from customers', '', '11:3 spec.missing'],
    ['a filter that is not there', '| upcase', '| upcas', '24:25 spec.bad_template'],
    ['a template that does not end', '| upcase }}', '| upcase', '24:25 spec.bad_template'],
    [
      'a template that reads a file',
      '{{ plan | upcase }}',
      "{% include 'x' %}",
      '24:25 spec.bad_template',
    ],
    [
      'a constant that is not decimal',
      'email: email',
      'email: { constant: .5 }',
      '23:26 spec.wrong_type',
    ],
    ['a field without a value', 'email: email', 'email: { nulls: omit }', '23:7 spec.missing'],
    [
      'a field with two values',
      'email: email',
      'email: { column: a, constant: 1 }',
      '23:7 spec.conflict',
    ],
    ['a misspelt kind of value', 'email: email', 'email: { colum: a }', '23:16 spec.unknown_key'],
    [
      'a default that is never used',
      'nulls: omit',
      'nulls: omit, default: 0',
      '25:7 spec.conflict',
    ],
    ['a default that is missing', 'nulls: omit', 'nulls: default', '25:7 spec.missing'],
    [
      'a template with nulls: omit',
      'upcase }}" }',
      'upcase }}", nulls: omit }',
      '24:7 spec.conflict',
    ],
    [
      'a template with nulls: skip-row',
      'upcase }}" }',
      'upcase }}", nulls: skip-row }',
      '24:7 spec.conflict',
    ],
    [
      'a template with nulls: default, default: x',
      'upcase }}" }',
      'upcase }}", nulls: default, default: x }',
      '24:7 spec.conflict',
    ],
    [
      'a template with default: x',
      'upcase }}" }',
      'upcase }}", default: x }',
      '24:7 spec.conflict',
    ],
    [
      'an alert of no condition',
      'syncs:',
      'alerts: { a: { syncs: [] } }\nsyncs:',
      '15:11 spec.missing',
    ],
    [
      'an alert of two',
      'syncs:',
      'alerts: { a: { failed: 1, missed: true } }\nsyncs:',
      '15:11 spec.conflict',
    ],
    [
      'an alert of an unknown sync',
      'syncs:',
      'alerts: { a: { failed: 1, syncs: [x] } }\nsyncs:',
      '15:35 spec.unknown_reference',
    ],
    [
      'an alert of agents and syncs',
      'syncs:',
      'alerts: { a: { agentOffline: 5m, syncs: [customers-to-app] } }\nsyncs:',
      '15:34 spec.conflict',
    ],
    [
      'an alert that is no',
      'syncs:',
      'alerts: { a: { missed: false } }\nsyncs:',
      '15:24 spec.bad_value',
    ],
    ['an alert that is on', 'syncs:', 'alerts: { a: on }\nsyncs:', '15:14 spec.bad_value'],
    [
      'an alert of an unknown key',
      'syncs:',
      'alerts: { a: { fail: 1 } }\nsyncs:',
      '15:16 spec.unknown_key',
    ],
    [
      'an alert of a bad time',
      'syncs:',
      'alerts: { a: { duration: 5 } }\nsyncs:',
      '15:26 spec.wrong_type',
    ],
    ['too many at once', 'concurrency: 4', 'concurrency: 400', '9:51 spec.bad_value'],
    [
      'two pools',
      'type: postgres\n    limits',
      'type: postgres\n    pool: eu\n    limits',
      '19:18 spec.pool_mismatch',
    ],
    ['broken YAML', '[id]', '[id', '14:5 spec.syntax'],
    ['a tag that nobody knows', 'object: public', 'object: !secret public', '19:13 spec.syntax'],
  ])('%s', (_name, from, to, expected) => {
    expect(problemsOf(spoilt(from, to))).toContain(`0.yaml:${expected}`);
  });

  it('and nothing else is said about most of them', () => {
    expect(problemsOf(spoilt('mode: mirror', 'mode: miror'))).toHaveLength(1);
    expect(problemsOf(spoilt('host: db.internal', 'apiKey: abc'))).toHaveLength(1);
    expect(problemsOf(spoilt('sql: select id, email, mrr from customers', ''))).toHaveLength(1);
  });
});

describe('all mistakes', () => {
  it('are found in one go, in the order of the files', () => {
    const first = spoilt('mode: mirror', 'mode: miror').replace('nulls: omit', 'nulls: omits');
    const second = 'models:\n  m: { source: nowhere, primaryKey: [], table: t }\n';
    expect(problemsOf(first, second)).toEqual([
      '0.yaml:20:11 spec.bad_value',
      '0.yaml:25:34 spec.bad_value',
      '1.yaml:2:16 spec.unknown_reference',
      '1.yaml:2:25 spec.empty_key',
    ]);
  });

  it('include a name that two files define, with the place of the first', () => {
    const { problems } = parseSpecification([
      { path: 'a.yaml', text: whole },
      { path: 'b.yaml', text: 'sources:\n  warehouse: { type: postgres }\n' },
    ]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({
      file: 'b.yaml',
      line: 2,
      column: 3,
      code: 'spec.duplicate_name',
    });
    expect(problems[0]?.message).toContain('a.yaml line 2');
  });

  it('make no echo: what a broken file defines still counts as defined', () => {
    const [before = '', after = ''] = whole.split(/(?=^models:)/m);
    expect(problemsOf(`${before}broken: "`, after)).toEqual([
      expect.stringContaining('spec.syntax'),
    ]);
  });

  it('never repeat a secret', () => {
    const text = spoilt('env:WAREHOUSE_PASSWORD', 'hunter2').replace(
      'host: db.internal',
      'password: hunter3',
    );
    const { problems } = parseSpecification([{ path: 'a.yaml', text }]);
    expect(problems).toHaveLength(2);
    expect(JSON.stringify(problems)).not.toMatch(/hunter/);
  });

  it('come with the name that was probably meant', () => {
    const { problems } = parseSpecification([
      { path: 'a.yaml', text: spoilt('mode: mirror', 'mod: mirror') },
    ]);
    expect(problems.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('Did you mean "mode"?'),
    );
  });
});

describe('a file that means harm', () => {
  it('is refused when its aliases unfold without end', () => {
    const lines = [
      'sources:',
      '  s:',
      '    type: postgres',
      '    settings:',
      '      a0: &a0 [x, x]',
    ];
    for (let level = 1; level < 12; level++)
      lines.push(
        `      a${level}: &a${level} { ${Array.from({ length: 9 }, (_, n) => `k${n}: *a${level - 1}`).join(', ')} }`,
      );
    expect(problemsOf(lines.join('\n'))).not.toEqual([]);
  });

  it('is refused when a setting holds itself', () => {
    const text = 'sources:\n  s:\n    type: postgres\n    settings: &me { again: *me }\n';
    expect(problemsOf(text)).toContain('0.yaml:4:21 spec.wrong_type');
  });
});

it('guesses what is meant by the first unknown names alone, or thousands would take minutes', () => {
  const names = Array.from({ length: 2_000 }, (_, n) => n);
  const text = [
    'sources: { s: { type: postgres } }',
    'models:',
    ...names.map((n) => `  model-number-${n}: { source: s, primaryKey: [id], table: t }`),
    'syncs:',
    ...names.map((n) => `  sync-${n}: { model: model-nuber-${n} }`),
  ].join('\n');
  const { problems } = parseSpecification([{ path: 'a.yaml', text }]);
  const unknown = problems.filter(({ code }) => code === 'spec.unknown_reference');
  expect(unknown).toHaveLength(2_000);
  const guessed = unknown.filter(({ message }) => message.includes('Did you mean'));
  expect(guessed).toEqual(unknown.slice(0, 50));
});

it('compares no name of a length that nobody would write', () => {
  const long = 'x'.repeat(200_000);
  const text = `sources: { ${long}: { type: postgres } }\nmodels: { m: { source: ${long}y, primaryKey: [id], table: t } }`;
  const { problems } = parseSpecification([{ path: 'a.yaml', text }]);
  expect(problems.map(({ code }) => code)).toContain('spec.unknown_reference');
});
