import type { Connection } from '@drawbridge/proto';
import type { DestinationConnection, DestinationDefinition } from '../connector/destination.js';
import type { Fields } from '../connector/field.js';
import { Journey } from '../connector/journey.js';
import type { HostPort } from '../connector/journey.js';
import { sayingWhom } from '../connector/reach.js';
import type { Reach } from '../connector/reach.js';
import { readSettings } from '../connector/settings.js';
import type { RawSettings } from '../connector/settings.js';
import type { SourceConnection, SourceDefinition } from '../connector/source.js';
import { Failure } from '../failure.js';
import { boundedDestination, boundedSource } from '../policy/bounded.js';
import type { ConnectionRule, DestinationRule, Policy, SourceRule } from '../policy/policy.js';
import { allowsObject, destinationRuleFor, sourceRuleFor } from '../policy/verdict.js';
import type { AskedConnection } from '../policy/verdict.js';
import { placeOf } from './place.js';
import { rawSettingsOf } from './wire-settings.js';
import type { Tools } from './work.js';

/** A connection that this agent can open: its connector is there and its settings fit. */
export interface Prepared<C> {
  reach: Reach;
  open(): Promise<C>;
}

/** What connections are opened with; with a policy, as far as it allows. */
type Means = Secrets & Pick<Tools, 'registry' | 'policy'>;

/** Throws CONFIG, `policy.…` for what the policy forbids: nothing has been opened by then. */
export function prepareSource(
  connection: Connection | undefined,
  tools: Means,
): Prepared<SourceConnection> & { definition: SourceDefinition; rule: SourceRule | undefined } {
  const wire = there(connection);
  const definition = definitionOf(tools.registry.sources, wire.type);
  const { settings, ...prepared } = prepare(definition, wire, tools);
  const { policy } = tools.policy ?? {};
  if (!policy) return { definition, rule: undefined, ...prepared };
  const rule = sourceRuleFor(policy, askedOf(definition, wire, settings));
  const open = async (): Promise<SourceConnection> => {
    const journey = journeyOf(rule, policy);
    return boundedSource(await journey.within(prepared.open), rule, journey);
  };
  return { definition, rule, reach: prepared.reach, open };
}

export function prepareDestination(
  connection: Connection | undefined,
  tools: Means,
): Prepared<DestinationConnection> & {
  definition: DestinationDefinition;
  place: string;
  rule: DestinationRule | undefined;
} {
  const wire = there(connection);
  const definition = definitionOf(tools.registry.destinations, wire.type);
  const { settings, ...prepared } = prepare(definition, wire, tools);
  const place = placeOf(definition, settings);
  const { policy } = tools.policy ?? {};
  if (!policy) return { definition, place, rule: undefined, ...prepared };
  const rule = destinationRuleFor(policy, askedOf(definition, wire, settings));
  const open = async (): Promise<DestinationConnection> => {
    const journey = journeyOf(rule, policy);
    const allows = (object: string): boolean => allowsObject(rule, object);
    return boundedDestination(await journey.within(prepared.open), allows, journey);
  };
  return { definition, place, rule, reach: prepared.reach, open };
}

function askedOf(
  { hosts }: Definition<unknown>,
  { name, type, secrets }: Connection,
  settings: RawSettings,
): AskedConnection {
  return {
    name,
    type,
    hosts: hosts?.(settings) ?? [],
    references: secrets.map(({ reference }) => reference),
  };
}

function journeyOf({ hosts }: ConnectionRule, { networks }: Policy): Journey {
  return new Journey({ hosts, networks });
}

interface Definition<C> {
  settings: Fields;
  hosts?(settings: RawSettings): readonly HostPort[];
  pastProxy?: true;
  secrets: Fields;
  open(connection: { settings: RawSettings; secrets: SecretTexts }): C;
}

type Secrets = Pick<Tools, 'resolveSecret' | 'redaction'>;

type SecretTexts = Readonly<Record<string, string | undefined>>;

function prepare<C extends object>(
  definition: Definition<C>,
  wire: Connection,
  { resolveSecret, redaction }: Secrets,
): Prepared<C> & { settings: RawSettings } {
  const settings = readSettings(definition.settings, rawSettingsOf(wire.settings));
  const { hosts, pastProxy = false } = definition;
  const reach = { hosts: hosts?.(settings) ?? [], pastProxy };
  return {
    settings,
    reach,
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
      return sayingWhom(definition.open({ settings, secrets }), reach);
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
