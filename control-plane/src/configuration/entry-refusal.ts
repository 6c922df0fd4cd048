import {
  entryDigest,
  entryOf,
  type Section,
  type Specification,
  type SpecProblem,
} from '@drawbridge/proto';
import { AppError, AppErrors } from '../app-error.js';
import { kinds } from './kind.js';
import type { Entry } from './touched.js';

/** Alerts are written with the rest, in files. */
export type EditedSection = Exclude<Section, 'alerts'>;

export interface NamedEntry {
  section: EditedSection;
  name: string;
}

const found = (whole: Specification, { section, name }: NamedEntry): Entry | undefined =>
  entryOf<Entry>(whole[section], name);

export function requireNew(whole: Specification, named: NamedEntry): void {
  if (!found(whole, named)) return;
  const kind = kinds[named.section];
  throw new AppError(
    `${kind}.exists`,
    `There is a ${kind} "${named.name}" already. Update it, or choose another name.`,
    { field: ['input', 'name'] },
  );
}

/** Of two people who look at an entry and change it, the second one is told. */
export function requireDigest(whole: Specification, named: NamedEntry, digest: string): void {
  const kind = kinds[named.section];
  const entry = found(whole, named);
  if (!entry)
    throw new AppError(`${kind}.not_found`, `There is no ${kind} "${named.name}".`, {
      field: ['input', 'name'],
    });
  if (entryDigest(entry) === digest) return;
  throw new AppError(
    'configuration.changed',
    `The ${kind} "${named.name}" is not what it was when you looked. Look at it again, then decide.`,
    { field: ['input', 'digest'] },
  );
}

export function requireUnused(whole: Specification, named: NamedEntry): void {
  const users = usersOf(whole, named);
  const [first] = users;
  if (first === undefined) return;
  const kind = kinds[named.section];
  const more = users.length > 1 ? ` and ${users.length - 1} more` : '';
  throw new AppError(
    `${kind}.in_use`,
    `The ${kind} "${named.name}" is used by the ${first}${more}. Remove what uses it first.`,
    { field: ['input', 'name'] },
  );
}

function usersOf(whole: Specification, { section, name }: NamedEntry): string[] {
  const models = Object.entries(whole.models).filter(
    ([, { source }]) => section === 'sources' && source === name,
  );
  const syncs = Object.entries(whole.syncs).filter(
    ([, { model, destination, schedule }]) =>
      (section === 'models' && model === name) ||
      (section === 'destinations' && destination === name) ||
      (section === 'syncs' && schedule.kind === 'after' && schedule.after === name),
  );
  const alerts = Object.entries(whole.alerts).filter(
    ([, alert]) => section === 'syncs' && 'syncs' in alert && alert.syncs.includes(name),
  );
  return [
    ...models.map(([user]) => `model "${user}"`),
    ...syncs.map(([user]) => `sync "${user}"`),
    ...alerts.map(([user]) => `alert "${user}"`),
  ];
}

/** Each problem of a definition, with the path of the key that is wrong. */
export function entryErrors(named: NamedEntry, problems: readonly SpecProblem[]): AppError {
  const [first = new AppError('spec.invalid', 'This is not valid.'), ...others] = problems.map(
    (problem) => entryError(named, problem),
  );
  return others.length > 0 ? new AppErrors(first, [first, ...others]) : first;
}

function entryError({ section, name }: NamedEntry, { code, message, path }: SpecProblem): AppError {
  const [ofSection, ofName, ...keys] = path;
  if (code === 'spec.bad_name' && keys.length === 0)
    return new AppError(code, message, { field: ['input', 'name'] });
  const isOwn = path.length === 0 || (ofSection === section && ofName === name);
  const of = !isOwn && ofSection === 'syncs' ? `In the sync "${ofName}": ${message}` : message;
  return new AppError(code, of, { field: ['input', 'definition', ...(isOwn ? keys : [])] });
}
