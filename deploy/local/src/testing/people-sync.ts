import type { Whole } from './whole.js';

/**
 * YAML of connections, model and sync `people`: the table `person` of the warehouse, kept in step in the target by `id`.
 * `fields` is what is between the braces of a YAML map; so are `model` and `sync`, where they have more to say.
 */
export function peopleSync(
  { connections }: Pick<Whole, 'connections'>,
  fields: string,
  more: { model?: string; sync?: string } = {},
): string {
  const besides = (words: string | undefined): string => (words ? `, ${words}` : '');
  return `${connections}
models:
  people: { source: warehouse, primaryKey: [id], table: public.person${besides(more.model)} }
syncs:
  people: { model: people, destination: target, object: public.person, mode: mirror, key: { id: id }, fields: { ${fields} }${besides(more.sync)} }
`;
}
