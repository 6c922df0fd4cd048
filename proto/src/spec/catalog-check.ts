import { RemovalAction } from '../gen/drawbridge/v1/sync_pb.js';
import {
  Lookups,
  type Catalog,
  type ConnectorType,
  type ObjectType,
} from '../gen/drawbridge/v1/catalog_pb.js';
import { applyingOf, settingProblems, type Finding } from './catalog-setting.js';
import { wireModes, wireRemovals } from './compile.js';
import { entryOf, type SourceEntry, type Specification, type SyncEntry } from './entry.js';
import { didYouMean } from './near-name.js';
import { inReadingOrder, nowhere, type PlaceOf, type SpecProblem } from './problem.js';

export interface CatalogCheck {
  /** What the agents of a pool can do; undefined while none has said so, and then nothing is judged. */
  catalogOf(pool: string): Catalog | undefined;
  placeOf?: PlaceOf;
}

/** What a specification asks for and the agents that would run it don't offer. */
export function catalogProblems(
  specification: Specification,
  { catalogOf, placeOf = () => nowhere }: CatalogCheck,
): SpecProblem[] {
  const findings = [
    ...Object.entries(specification.sources).flatMap(([name, entry]) =>
      connectionFindings(['sources', name], entry, catalogOf(entry.pool)?.sources),
    ),
    ...Object.entries(specification.destinations).flatMap(([name, entry]) =>
      connectionFindings(['destinations', name], entry, catalogOf(entry.pool)?.destinations),
    ),
    ...Object.entries(specification.syncs).flatMap(([name, sync]) => {
      const destination = entryOf(specification.destinations, sync.destination);
      const types = destination && catalogOf(destination.pool)?.destinations;
      const type = types?.find((candidate) => candidate.name === destination?.type);
      return type ? syncFindings(['syncs', name], sync, type) : [];
    }),
  ];
  return inReadingOrder(findings.map((finding) => ({ ...placeOf(finding.path), ...finding })));
}

function connectionFindings(
  path: readonly string[],
  entry: SourceEntry,
  types: readonly ConnectorType[] | undefined,
): Finding[] {
  if (!types) return [];
  const type = types.find((candidate) => candidate.name === entry.type);
  if (!type)
    return [
      unknownType(
        path,
        entry,
        types.map((candidate) => candidate.name),
      ),
    ];
  const secrets = new Set(type.secrets.map(({ name }) => name));
  const isSecret = ([name]: readonly [string, unknown]): boolean => secrets.has(name);
  const given = Object.entries(entry.settings);
  const settings = Object.fromEntries(given.filter((item) => !isSecret(item)));
  return [
    ...settingProblems([...path, 'settings'], settings, { fields: type.settings }),
    ...given.filter(isSecret).map(([name]) => secretInSettings([...path, 'settings', name], name)),
    ...settingProblems([...path, 'secrets'], entry.secrets, {
      fields: type.secrets,
      beside: applyingOf(settings, type.settings),
    }),
  ];
}

function unknownType(path: readonly string[], entry: SourceEntry, known: string[]): Finding {
  const message = `No agent of pool "${entry.pool}" has a connector "${entry.type}" for this. They have ${known.join(', ') || 'none'}.`;
  return {
    path: [...path, 'type'],
    code: 'spec.unknown_connector',
    message: message + didYouMean(entry.type, known),
  };
}

/** What the connector calls a secret must not stand among the settings, however harmless it sounds. */
const secretInSettings = (path: readonly string[], name: string): Finding => ({
  path,
  code: 'spec.secret_in_settings',
  message: `"${name}" is a secret. Move it to "secrets", as a reference such as env:NAME.`,
});

function syncFindings(path: readonly string[], sync: SyncEntry, type: ConnectorType): Finding[] {
  const object = objectOf(type, sync.object);
  if (!object) {
    const known = type.objects.map(({ name }) => name);
    const message = `${type.label} has no object "${sync.object}". It has ${known.join(', ')}.`;
    return [
      {
        path: [...path, 'object'],
        code: 'spec.unknown_object',
        message: message + didYouMean(sync.object, known),
      },
    ];
  }
  return [
    ...modeFindings(path, sync, object),
    ...removalFindings(path, sync, object),
    ...keyFindings(path, sync, object),
    ...lookupFindings(path, sync, type),
    ...settingProblems([...path, 'options'], sync.options, { fields: object.options }),
  ];
}

/** An object by its own name, else the one that takes any. */
const objectOf = (type: ConnectorType, name: string): ObjectType | undefined =>
  type.objects.find((object) => object.name === name) ??
  type.objects.find((object) => object.name === '*');

function modeFindings(path: readonly string[], { mode }: SyncEntry, object: ObjectType): Finding[] {
  if (object.modes.includes(wireModes[mode])) return [];
  const offered = namesIn(wireModes, object.modes);
  const message = `${object.label} can't do "mode: ${mode}". It can do ${offered.join(', ')}.`;
  return [{ path: [...path, 'mode'], code: 'spec.mode_not_offered', message }];
}

function removalFindings(
  path: readonly string[],
  { onRemoved }: SyncEntry,
  object: ObjectType,
): Finding[] {
  const action = wireRemovals[onRemoved.action];
  if (action === RemovalAction.NOTHING || object.removals.includes(action)) return [];
  const offered = new Set(['nothing', ...namesIn(wireRemovals, object.removals)]);
  const message = `${object.label} can't do "onRemoved: ${onRemoved.action}". It can do ${[...offered].join(', ')}.`;
  return [{ path: [...path, 'onRemoved'], code: 'spec.removal_not_offered', message }];
}

function keyFindings(path: readonly string[], { key }: SyncEntry, object: ObjectType): Finding[] {
  if (!object.needsKey || key.length > 0) return [];
  const message = `${object.label} needs a "key": its field and the model's column that find a record, such as { external_id: customer_id }.`;
  return [{ path: [...path, 'key'], code: 'spec.missing', message }];
}

/** Which objects can be looked into, the destination alone knows; whether any can, its connector says. */
function lookupFindings(
  path: readonly string[],
  { fields }: SyncEntry,
  { label, lookups }: ConnectorType,
): Finding[] {
  return fields.flatMap(({ field, value }) => {
    if (value.kind !== 'lookup' || lookups === Lookups.CREATE) return [];
    const place = [...path, 'fields', field, 'lookup'];
    if (lookups !== Lookups.FIND) {
      const message = `${label} can't look up related records. Join what they hold in the model, and map its column.`;
      return [{ path: place, code: 'spec.lookup_not_offered', message }];
    }
    if (value.lookup.onMiss !== 'create') return [];
    const message = `${label} can't make a record that a lookup misses. It can do reject, null, skip.`;
    return [{ path: [...place, 'onMiss'], code: 'spec.lookup_not_offered', message }];
  });
}

const namesIn = <T>(words: Readonly<Record<string, T>>, offered: readonly T[]): string[] =>
  Object.entries(words)
    .filter(([, value]) => offered.includes(value))
    .map(([name]) => name);
