import { isDeepStrictEqual } from 'node:util';
import { entryOf, sections, type Section, type Specification } from '@drawbridge/proto';

export type Entry = Specification[Section][string];

/** One entry that two specifications do not share; without `before` it is new, without `after` it is gone. */
export interface EntryChange {
  section: Section;
  name: string;
  before: Entry | undefined;
  after: Entry | undefined;
}

export function entryChanges(before: Specification, after: Specification): EntryChange[] {
  return sections.flatMap((section) => {
    const names = new Set([...Object.keys(before[section]), ...Object.keys(after[section])]);
    return [...names].flatMap((name) => {
      const old = entryOf<Entry>(before[section], name);
      const young = entryOf<Entry>(after[section], name);
      return isDeepStrictEqual(old, young) ? [] : [{ section, name, before: old, after: young }];
    });
  });
}

/**
 * What a change is about: the entries that differ, the syncs that stand on them, and what those stand on. A workspace of
 * ten thousand syncs is not written and checked anew because one of them changes.
 */
export function touchedParts(
  before: Specification,
  after: Specification,
): { before: Specification; after: Specification } {
  const names = namesOf(entryChanges(before, after));
  for (const [name, sync] of Object.entries(after.syncs))
    if (standsOn(names, after, sync)) names.syncs.add(name);
  for (const name of names.alerts)
    syncsOfAlert(after, name).forEach((sync) => names.syncs.add(sync));
  // With those that are found on the way: a sync may follow one that follows another.
  for (const name of names.syncs) {
    const sync = entryOf(after.syncs, name);
    if (!sync) continue;
    if (sync.schedule.kind === 'after') names.syncs.add(sync.schedule.after);
    names.models.add(sync.model);
    names.destinations.add(sync.destination);
  }
  for (const name of names.models) {
    const model = entryOf(after.models, name);
    if (model) names.sources.add(model.source);
  }
  return { before: partOf(before, names), after: partOf(after, names) };
}

function syncsOfAlert({ alerts }: Specification, name: string): readonly string[] {
  const alert = entryOf(alerts, name);
  return alert && 'syncs' in alert ? alert.syncs : [];
}

type Names = Record<Section, Set<string>>;

function namesOf(changes: readonly EntryChange[]): Names {
  const of = (wanted: Section): Set<string> =>
    new Set(changes.flatMap(({ section, name }) => (section === wanted ? [name] : [])));
  return {
    sources: of('sources'),
    destinations: of('destinations'),
    models: of('models'),
    syncs: of('syncs'),
    alerts: of('alerts'),
  };
}

function standsOn(
  names: Names,
  { models }: Specification,
  { model, destination }: Specification['syncs'][string],
): boolean {
  const source = entryOf(models, model)?.source;
  return (
    names.models.has(model) ||
    names.destinations.has(destination) ||
    (source !== undefined && names.sources.has(source))
  );
}

const partOf = (whole: Specification, names: Names): Specification => ({
  sources: only(whole.sources, names.sources),
  destinations: only(whole.destinations, names.destinations),
  models: only(whole.models, names.models),
  syncs: only(whole.syncs, names.syncs),
  alerts: only(whole.alerts, names.alerts),
});

const only = <One>(
  record: Readonly<Record<string, One>>,
  names: ReadonlySet<string>,
): Record<string, One> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => names.has(name)));
