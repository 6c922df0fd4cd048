import { modeOf, tableNames, type Mode } from './tables.js';

const connection = (name: string, url: string): string => {
  const { hostname, port, pathname } = new URL(url);
  return `  ${name}:
    type: postgres
    pool: default
    settings: { host: ${hostname}, port: ${port}, database: ${pathname.slice(1)}, user: postgres, ssl: disable }
    secrets: { password: env:DATABASE_PASSWORD }`;
};

/** The query takes its time, so that whoever is stopped is stopped in the middle of something. */
const model = (table: string): string => `  ${table}:
    source: warehouse
    primaryKey: [id]
    sql: select id, name, version from public.${table}, pg_sleep(0.2)`;

const words: Readonly<Record<Mode, string>> = {
  mirror:
    'mode: mirror, onRemoved: delete, key: { id: id }, fields: { name: name, version: version }',
  upsert: 'mode: upsert, key: { id: id }, fields: { name: name, version: version }',
  replace: 'mode: replace, key: { id: id }, fields: { name: name, version: version }',
  append: 'mode: append, fields: { id: id, name: name, version: version }',
};

const sync = (table: string): string =>
  `  ${table}: { model: ${table}, destination: app, object: public.${table}, ${words[modeOf(table)]} }`;

/** YAML that every version since the first can read. */
export const configurationOf = (sourceUrl: string, targetUrl: string): string =>
  `sources:
${connection('warehouse', sourceUrl)}
destinations:
${connection('app', targetUrl)}
models:
${tableNames.map(model).join('\n')}
syncs:
${tableNames.map(sync).join('\n')}
`;
