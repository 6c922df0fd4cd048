import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatSpecification, parseSpecification } from '@drawbridge/proto';
import type { Dice } from './dice.js';
import { mutated } from './mutate.js';

const folder = fileURLToPath(new URL('../../../../deploy/local/', import.meta.url));

/** The configurations of the demos. */
export const soundFiles = (): Buffer[] =>
  globSync(join(folder, 'demo*/*.yaml'))
    .toSorted()
    .map((file) => readFileSync(file));

const words = wordsOf(
  ['&a |*a|<<: *a', '!!binary |!!js/function |!!set |---', '{|}|[|]|- |? |: |>-|"|#|~|null'],
  ['__proto__: |constructor: |toString: |.nan|-.inf|1e999|0x|-0|9007199254740993|2026-02-30'],
  ['{{|{{ a |{% for i in (1..9999999) %}|env:|cron: "* * * * *"|cron: "*/0 99 * * 8"|every: 0s'],
  ['after: |timezone: ../../etc', '\t|\r|\n|\0|\ufeff|\ud800'],
);

function wordsOf(...lines: readonly string[][]): [Buffer, ...Buffer[]] {
  const [first = '', ...rest] = lines.flat().flatMap((line) => line.split('|'));
  return [Buffer.from(first), ...rest.map((word) => Buffer.from(word))];
}

export function yamlInput(dice: Dice, sound: readonly Buffer[]): string {
  const kind = dice.whole(24);
  if (kind === 0) return Buffer.from(dice.bytes(dice.whole(2_000))).toString('utf8');
  if (kind === 1) return bomb(dice);
  return mutated(dice, sound[dice.whole(sound.length)] ?? Buffer.alloc(0), words).toString('utf8');
}

/** Little text that could become much. */
function bomb(dice: Dice): string {
  const size = dice.one([10, 100, 1_000, 10_000]);
  return dice.one([
    () => aliases(dice.one([5, 9, 12]), 9),
    () => `sources: ${'['.repeat(size)}`,
    () => `sources: ${'{a: '.repeat(size)}1${'}'.repeat(size)}`,
    () =>
      `sources:\n${Array.from({ length: Math.min(size, 1_000) }, (_, n) => `${' '.repeat(n + 1)}a:`).join('\n')}`,
    () => `models: { m: { source: s, primaryKey: [id], sql: "${'x'.repeat(size * 50)}" } }`,
    () =>
      `syncs:\n${Array.from({ length: size }, (_, n) => `  s${n}: { model: m${n} }`).join('\n')}`,
    () => misnamed(Math.min(size, 4_000)),
    () => chained(Math.min(size, 4_000), dice.once(2)),
    () => Array.from({ length: size }, (_, n) => `a${n}: &b${n} 1`).join('\n'),
    () => `syncs: { s: { fields: { f: { template: "${'{{ a | '.repeat(size)}" } } } }`,
    () => `syncs: { s: { schedule: { cron: "${'*/1,'.repeat(size)}* * * * *" } } }`,
    () => `a: &a [${'*a, '.repeat(size)}]`,
    () => `${'- '.repeat(size)}x`,
    () => `${'? '.repeat(Math.min(size, 1_000))}x`,
    () => `x: "${'\\u0000'.repeat(size)}"`,
  ])();
}

/** Each sync names a model that is nearly there. */
const misnamed = (count: number): string => {
  const names = Array.from({ length: count }, (_, n) => n);
  const models = names.map((n) => `  model-number-${n}: { source: s }`);
  const syncs = names.map((n) => `  s${n}: { model: model-nuber-${n} }`);
  return ['models:', ...models, 'syncs:', ...syncs].join('\n');
};

/** Each sync runs after the one before it; in a ring, the first one after the last. */
const chained = (count: number, isRing: boolean): string => {
  const syncs = Array.from({ length: count }, (_, n) => {
    const before = n > 0 ? n - 1 : count - 1;
    const schedule = n > 0 || isRing ? `, schedule: { after: s${before} }` : '';
    return `  s${n}: { model: m, destination: d, object: o, mode: upsert, key: { id: id }, fields: { a: a }${schedule} }`;
  });
  const rest = 'sources: { s: { type: postgres } }\ndestinations: { d: { type: postgres } }';
  const models = 'models: { m: { source: s, primaryKey: [id], table: t } }';
  return [rest, models, 'syncs:', ...syncs].join('\n');
};

/** A billion laughs: each line names the one before it many times. */
function aliases(levels: number, times: number): string {
  const lines = Array.from({ length: levels }, (_, level) =>
    level === 0 ? 'l0: &l0 [x]' : `l${level}: &l${level} [${`*l${level - 1}, `.repeat(times)}]`,
  );
  return `${lines.join('\n')}\nsources: { s: { type: postgres, settings: *l${levels - 1} } }\nsyncs: *l${levels - 1}`;
}

/** What is wrong with how it was read; undefined when nothing is. */
export function yamlProblem(text: string): string | undefined {
  const { specification, problems } = parseSpecification([{ path: 'a.yaml', text }]);
  const odd = problems.find(({ code }) => !/^spec\.[a-z_]+$/.test(code));
  if (odd) return `refused with ${odd.code}`;
  if (!specification && problems.length === 0) return 'neither read nor refused';
  if (!specification) return undefined;
  const again = parseSpecification(formatSpecification(specification));
  return again.specification
    ? undefined
    : `what was read is refused once it is written down: ${again.problems[0]?.code ?? ''}`;
}
