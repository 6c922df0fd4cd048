import type { DestinationDefinition, ObjectDefinition } from './destination.js';
import type { Registry } from './registry.js';
import type { SourceDefinition } from './source.js';

/** What a person sees of a connector before its README. */
export interface Overview {
  kind: 'source' | 'destination';
  name: string;
  label: string;
  /** It is part of the agent, and has the agent's version. */
  version: string;
  /** The package that speaks to the vendor, and its version; null where the agent does so itself. */
  client: { name: string; version: string } | null;
  lookups: NonNullable<DestinationDefinition['lookups']> | null;
  objects: readonly Pick<
    ObjectDefinition,
    'name' | 'label' | 'modes' | 'removals' | 'firstRun' | 'needsKey'
  >[];
}

/** The agent's own package.json, which names every dependency with its exact version. */
export interface Package {
  version: string;
  dependencies: Readonly<Record<string, string>>;
}

/** Sources, then destinations, each by name. */
export function overviewOf({ sources, destinations }: Registry, agent: Package): Overview[] {
  return [
    ...[...sources.values()].map((source) => ({
      kind: 'source' as const,
      ...namesOf(source, agent),
      lookups: null,
      objects: [],
    })),
    ...[...destinations.values()].map((destination) => ({
      kind: 'destination' as const,
      ...namesOf(destination, agent),
      lookups: destination.lookups ?? null,
      objects: destination.objects.map(({ name, label, modes, removals, firstRun, needsKey }) => ({
        name,
        label,
        modes,
        removals,
        firstRun,
        needsKey,
      })),
    })),
  ];
}

function namesOf(
  { name, label, client }: SourceDefinition | DestinationDefinition,
  { version, dependencies }: Package,
): Pick<Overview, 'name' | 'label' | 'version' | 'client'> {
  const known = client === undefined ? null : { name: client, version: dependencies[client] ?? '' };
  return { name, label, version, client: known };
}

/** The same for a terminal, at most 100 columns as long as names are short. */
export function overviewText(all: readonly Overview[], { version }: Package): string {
  const width = Math.max(...all.map(({ name }) => name.length)) + 2;
  const lines = all.flatMap(({ kind, name, label, client, objects }, n) => [
    ...(all[n - 1]?.kind === kind ? [] : ['', kind === 'source' ? 'Sources' : 'Destinations']),
    `  ${name.padEnd(width)}${label}${client ? ` (${client.name} ${client.version})` : ''}`,
    ...objects.flatMap(objectLines).map((line) => `  ${' '.repeat(width)}${line}`),
  ]);
  return [`drawbridge-agent ${version}`, ...lines].join('\n');
}

function objectLines(object: Overview['objects'][number]): string[] {
  const { name, label, modes, removals, firstRun, needsKey } = object;
  return [
    `${name === '*' ? `${label}, by its name` : `${name}: ${label}`}${needsKey ? ', needs a key' : ''}`,
    `  modes: ${modes.join(', ')}`,
    `  rows that leave: ${removals.join(', ')}`,
    ...(firstRun === 'baseline' ? ['  a first run sends nothing unless asked to'] : []),
  ];
}
