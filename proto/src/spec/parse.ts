import { refuseCycles } from './cycle.js';
import { entryOf, sections, type Section, type Specification } from './entry.js';
import { didYouMean } from './near-name.js';
import { inReadingOrder, nowhere, type Place, type PlaceOf, type SpecProblem } from './problem.js';
import { alertEntry } from './read-alert.js';
import { destinationEntry, sourceEntry } from './read-connection.js';
import { modelEntry } from './read-model.js';
import { syncEntry } from './read-sync.js';
import { itemsOf, type Item, type Reader } from './reader.js';
import { checkReferences } from './reference.js';
import { refuseOtherKeys } from './removal-key.js';
import { YamlFile, type At, type Draft } from './yaml-file.js';

export interface ConfigurationFile {
  path: string;
  text: string;
}

export interface Parsed {
  /** Absent when there is a problem. */
  specification?: Specification;
  /** All of them, in reading order. */
  problems: SpecProblem[];
  placeOf: PlaceOf;
}

/** Reads a directory's YAML files as one configuration and finds every problem in one go. */
export function parseSpecification(files: readonly ConfigurationFile[]): Parsed {
  const draft = emptyDraft();
  const found = entriesOf({ sources: {}, destinations: {}, models: {}, syncs: {}, alerts: {} });
  const names = namesOf(found);
  for (const { path, text } of files) readFile(new YamlFile(path, text, draft), found, names);
  return checked(draft, found, names);
}

/** An entry alone: what stands under its name in a file, as YAML or JSON. */
export interface WrittenEntry {
  section: Section;
  name: string;
  text: string;
}

/** Reads one entry as if it stood, or took its place, among others that have no problem. */
export function parseEntry({ section, name, text }: WrittenEntry, beside: Specification): Parsed {
  const draft = emptyDraft();
  const found = entriesOf(beside);
  found[section].delete(name);
  const names = namesOf(found);
  names[section].add(name);
  const file = new YamlFile('definition', text, draft);
  const at: At = { file, node: file.document.contents, path: [section, name] };
  draft.places.set(JSON.stringify(at.path), { file: file.path, line: 1, column: 1 });
  if (!file.isReadable || !isName({ name, at }))
    return { problems: draft.problems, placeOf: placesOf(draft) };
  const read: Reader<Specification[Section][string]> = readers[section];
  const entry = read(at);
  if (entry) (found[section] as Map<string, unknown>).set(name, entry.value);
  return checked(draft, found, names);
}

const emptyDraft = (): Draft => ({
  problems: [],
  references: [],
  places: new Map(),
  definitions: new Map(),
});

/** What can be judged only when everything has been read. */
function checked(draft: Draft, found: Found, names: Names): Parsed {
  checkReferences(draft, names);
  const specification = gathered(found);
  const placeOf = placesOf(draft);
  refuseTwoPools(specification, draft);
  refuseOtherKeys(specification, draft, placeOf);
  refuseCycles(specification, draft, placeOf);
  const problems = inReadingOrder(draft.problems);
  return problems.length > 0 ? { problems, placeOf } : { specification, problems, placeOf };
}

type Found = { [S in Section]: Map<string, Specification[S][string]> };
type Names = Record<Section, Set<string>>;

const readers: { [S in Section]: Reader<Specification[S][string]> } = {
  sources: sourceEntry,
  destinations: destinationEntry,
  models: modelEntry,
  syncs: syncEntry,
  alerts: alertEntry,
};

const entriesOf = (specification: Specification): Found => ({
  sources: new Map(Object.entries(specification.sources)),
  destinations: new Map(Object.entries(specification.destinations)),
  models: new Map(Object.entries(specification.models)),
  syncs: new Map(Object.entries(specification.syncs)),
  alerts: new Map(Object.entries(specification.alerts)),
});

const namesOf = (found: Found): Names => ({
  sources: new Set(found.sources.keys()),
  destinations: new Set(found.destinations.keys()),
  models: new Set(found.models.keys()),
  syncs: new Set(found.syncs.keys()),
  alerts: new Set(found.alerts.keys()),
});

function readFile(written: YamlFile, found: Found, names: Names): void {
  const file = written.isReadable ? written : written.forNamesAlone();
  const node = file.resolve(file.document.contents);
  if (isEmpty(node)) return;
  for (const item of itemsOf({ file, node, path: [] }) ?? []) {
    const section = sections.find((name) => name === item.name);
    if (section) readSection(section, item.at, { found, names });
    else refuseSection(item);
  }
}

/** Nothing but comments, or a key with nothing under it. */
const isEmpty = (node: unknown): boolean =>
  node === null || (typeof node === 'object' && 'value' in node && node.value === null);

function readSection<S extends Section>(
  section: S,
  at: At,
  { found, names }: { found: Found; names: Names },
): void {
  if (isEmpty(at.file.resolve(at.node))) return;
  const read: Reader<Specification[S][string]> = readers[section];
  for (const item of withoutKnown(at, names[section])) {
    const entry = read(item.at);
    if (entry && isName(item)) (found[section] as Map<string, unknown>).set(item.name, entry.value);
  }
}

/** The items of one file's section, without those that another file has defined already. */
function withoutKnown(at: At, known: Set<string>): Item[] {
  const { definitions } = at.file.draft;
  const items = itemsOf(at) ?? [];
  return items.filter((item) => {
    const path = JSON.stringify(item.at.path);
    const first = definitions.get(path);
    if (first) refuseAgain(item, first);
    else definitions.set(path, item.at.file.placeOf(item.at));
    known.add(item.name);
    return !first;
  });
}

function refuseAgain(item: Item, first: Place): void {
  const message = `"${item.name}" is defined already, in ${first.file} line ${first.line}. Rename or remove one of the two.`;
  item.at.file.report({ ...item.at, node: null }, 'spec.duplicate_name', message);
  item.at.file.draft.places.set(JSON.stringify(item.at.path), first);
}

/** Names stand in addresses, commands and file names. */
function isName({ name, at }: Item): boolean {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)) return true;
  const message = `"${name}" can't be a name. Use letters, digits, ".", "_" and "-", at most 100.`;
  at.file.report({ ...at, node: null }, 'spec.bad_name', message);
  return false;
}

function refuseSection({ name, at }: Item): void {
  const message = `"${name}" is not known here. Known are ${sections.join(', ')}.${didYouMean(name, sections)}`;
  at.file.report({ ...at, node: null }, 'spec.unknown_key', message);
}

const gathered = (found: Found): Specification => ({
  sources: Object.fromEntries(found.sources),
  destinations: Object.fromEntries(found.destinations),
  models: Object.fromEntries(found.models),
  syncs: Object.fromEntries(found.syncs),
  alerts: Object.fromEntries(found.alerts),
});

/** One agent runs a sync, so it must reach both ends. */
function refuseTwoPools(specification: Specification, draft: Draft): void {
  for (const [name, sync] of Object.entries(specification.syncs)) {
    const model = entryOf(specification.models, sync.model);
    const source = model && entryOf(specification.sources, model.source);
    const destination = entryOf(specification.destinations, sync.destination);
    if (!source || !destination || source.pool === destination.pool) continue;
    const message = `The source is in pool "${source.pool}" and the destination in "${destination.pool}". One agent must reach both: give them the same pool.`;
    const path = ['syncs', name, 'destination'];
    const place = placeIn(draft, path) ?? nowhere;
    draft.problems.push({ ...place, code: 'spec.pool_mismatch', message, path });
  }
}

const placeIn = (draft: Draft, path: readonly string[]): Place | undefined =>
  draft.places.get(JSON.stringify(path));

/** The place of a path, or of the nearest thing around it that was written. */
const placesOf =
  (draft: Draft): PlaceOf =>
  (path) => {
    for (let length = path.length; length > 0; length--) {
      const place = placeIn(draft, path.slice(0, length));
      if (place) return place;
    }
    return nowhere;
  };
