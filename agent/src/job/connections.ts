import type { Connection } from '@drawbridge/proto';
import type { DestinationConnection, DestinationDefinition } from '../connector/destination.js';
import type { Fields } from '../connector/field.js';
import type { Registry } from '../connector/registry.js';
import { readSettings } from '../connector/settings.js';
import type { RawSettings } from '../connector/settings.js';
import type { SourceConnection, SourceDefinition } from '../connector/source.js';
import { Failure } from '../failure.js';
import { placeOf } from './place.js';
import { rawSettingsOf } from './wire-settings.js';
import type { Tools } from './work.js';

/** A connection that this agent can open: its connector is there and its settings fit. */
export interface Prepared<C> {
  open(): Promise<C>;
}

export function prepareSource(
  connection: Connection | undefined,
  tools: Secrets & { registry: Registry },
): Prepared<SourceConnection> & { definition: SourceDefinition } {
  const wire = there(connection);
  const definition = definitionOf(tools.registry.sources, wire.type);
  return { definition, ...prepare(definition, wire, tools) };
}

export function prepareDestination(
  connection: Connection | undefined,
  tools: Secrets & { registry: Registry },
): Prepared<DestinationConnection> & { definition: DestinationDefinition; place: string } {
  const wire = there(connection);
  const definition = definitionOf(tools.registry.destinations, wire.type);
  const { settings, ...prepared } = prepare(definition, wire, tools);
  return { definition, place: placeOf(definition, settings), ...prepared };
}

interface Definition<C> {
  settings: Fields;
  secrets: Fields;
  open(connection: { settings: RawSettings; secrets: SecretTexts }): C;
}

type Secrets = Pick<Tools, 'resolveSecret' | 'redaction'>;

type SecretTexts = Readonly<Record<string, string | undefined>>;

function prepare<C>(
  definition: Definition<C>,
  wire: Connection,
  { resolveSecret, redaction }: Secrets,
): Prepared<C> & { settings: RawSettings } {
  const settings = readSettings(definition.settings, rawSettingsOf(wire.settings));
  return {
    settings,
    open: async () => {
      const found = await Promise.all(
        wire.secrets.map(
          async (secret) => [secret.name, await resolveSecret(secret.reference)] as const,
        ),
      );
      for (const [, secret] of found) redaction.learn(secret);
      // Names alone are in what this throws: every value is a text already.
      const given = Object.fromEntries(found);
      const secrets = readSettings(definition.secrets, given, settings) as SecretTexts;
      return definition.open({ settings, secrets });
    },
  };
}

function definitionOf<D>(definitions: ReadonlyMap<string, D>, type: string): D {
  const definition = definitions.get(type);
  if (definition) return definition;
  throw new Failure(
    'CONFIG',
    'connector.unknown',
    `This agent has no connector "${type}". Install a newer agent.`,
  );
}

function there(connection: Connection | undefined): Connection {
  if (connection) return connection;
  throw new Failure('CONFIG', 'spec.incomplete', 'The job names no connection.');
}
