import { allowsHost, hostForbidden, matches } from '../connector/journey.js';
import type { HostPort } from '../connector/journey.js';
import { Failure } from '../failure.js';
import type { DestinationRule, Operation, Policy, SourceRule } from './policy.js';

// Judges what a job asks for, before anything of it is opened. Each refusal names the rule in its code; what was asked
// for goes into the text that rests in the customer's bucket.

/** A connection, as a job names it. */
export interface AskedConnection {
  name: string;
  type: string;
  /** Where its settings lead. */
  hosts: readonly HostPort[];
  /** Of its secrets. */
  references: readonly string[];
}

export interface AskedModel {
  query: { sql: string } | { table: string };
  /** All that are read of it. */
  columns: readonly string[];
}

export interface AskedWriting {
  /** Written or looked into. */
  objects: readonly string[];
  operations: readonly Operation[];
}

/** The rule that the connection is under. Throws CONFIG `policy.…`. */
export function sourceRuleFor(policy: Policy, asked: AskedConnection): SourceRule {
  return ruleFor(policy.sources, asked);
}

export function destinationRuleFor(policy: Policy, asked: AskedConnection): DestinationRule {
  return ruleFor(policy.destinations, asked);
}

/**
 * Throws CONFIG for a model that the rule does not allow. What SQL reads only its database knows: `judgesSql` says that
 * the connector asks it; otherwise SQL is refused as soon as the rule limits what may be read.
 */
export function assertModel(rule: SourceRule, asked: AskedModel, judgesSql: boolean): void {
  const { query, columns } = asked;
  const kind = 'sql' in query ? 'sql' : 'table';
  if (!rule.models.includes(kind))
    throw new Failure(
      'CONFIG',
      'policy.model_forbidden',
      'The agent’s policy does not allow this kind of model on the source. Use what its rule has under models: a table by its name, or SQL.',
      { detail: kind },
    );
  if ('sql' in query) {
    if (!judgesSql && isLimited(rule)) throw unjudged();
  } else assertTable(rule, query.table);
  for (const column of columns) assertColumn(rule, column, 'table' in query ? query.table : '');
}

export function isLimited({ tables, deniedColumns }: SourceRule): boolean {
  return tables !== undefined || deniedColumns.length > 0;
}

/** Throws CONFIG for a relation that the rule does not allow, as it is written. */
export function assertTable({ tables }: SourceRule, table: string): void {
  if (allowsTable(tables, table)) return;
  throw new Failure(
    'CONFIG',
    'policy.table_forbidden',
    'The model reads a table that the agent’s policy does not allow. Name it under tables of the source’s rule, with its schema, if it is right.',
    { detail: table },
  );
}

export function allowsTable(tables: SourceRule['tables'], table: string): boolean {
  return tables === undefined || tables.some((pattern) => matches(pattern, table));
}

/** Throws CONFIG for a column that the rule denies, by its own name or that of its table. */
export function assertColumn(rule: SourceRule, column: string, table: string): void {
  if (!deniesColumn(rule, column, table)) return;
  throw new Failure(
    'CONFIG',
    'policy.column_forbidden',
    'The model reads a column that the agent’s policy denies. Take it out of the mapping, the key and the model.',
    { detail: `${table}.${column}` },
  );
}

export function deniesColumn(
  { deniedColumns }: SourceRule,
  column: string,
  table: string,
): boolean {
  const names = [column, `${table}.${column}`].map((name) => name.toLowerCase());
  return deniedColumns.some((pattern) =>
    names.some((name) => matches(pattern.toLowerCase(), name)),
  );
}

/** Throws CONFIG for an object or an operation that the rule does not allow. */
export function assertWriting(rule: DestinationRule, { objects, operations }: AskedWriting): void {
  const object = objects.find((one) => !allowsObject(rule, one));
  if (object !== undefined)
    throw new Failure(
      'CONFIG',
      'policy.object_forbidden',
      'The sync writes or looks into an object that the agent’s policy does not allow. Name it under objects of the destination’s rule if it is right.',
      { detail: object },
    );
  const operation = operations.find((one) => !rule.operations.includes(one));
  if (operation !== undefined)
    throw new Failure(
      'CONFIG',
      'policy.operation_forbidden',
      'The sync asks for an operation that the agent’s policy does not allow. Choose another mode or removal, or name the operation in the destination’s rule.',
      { detail: operation },
    );
}

export function allowsObject({ objects }: DestinationRule, object: string): boolean {
  return objects.some((pattern) => matches(pattern, object));
}

function ruleFor<R extends SourceRule | DestinationRule>(
  rules: readonly R[],
  asked: AskedConnection,
): R {
  const named = rules.find(({ connections }) =>
    connections.some((pattern) => matches(pattern, asked.name)),
  );
  if (!named)
    throw new Failure(
      'CONFIG',
      'policy.connection_forbidden',
      'The agent’s policy does not name this connection. Add a rule for it if it is right.',
      { detail: asked.name },
    );
  if (!named.types.includes(asked.type))
    throw new Failure(
      'CONFIG',
      'policy.type_forbidden',
      'The agent’s policy does not allow this kind of connection under this name.',
      { detail: asked.type },
    );
  const host = asked.hosts.find((one) => !allowsHost(named.hosts, one));
  if (host) throw hostForbidden(`${host.host}:${host.port}`);
  const reference = asked.references.find((one) => !allowsReference(named.secrets, one));
  if (reference === undefined) return named;
  throw new Failure(
    'CONFIG',
    'policy.secret_forbidden',
    'The connection takes a secret from where the agent’s policy does not allow. Name the reference under secrets of its rule if it is right.',
    { detail: reference },
  );
}

/** A path that climbs is not below what the pattern says. */
function allowsReference(patterns: readonly string[], reference: string): boolean {
  if (/(^|\/|:)\.{1,2}(\/|$)|\/\//.test(reference)) return false;
  return patterns.some((pattern) => matches(pattern, reference));
}

function unjudged(): Failure {
  return new Failure(
    'CONFIG',
    'policy.sql_unjudged',
    'The agent’s policy limits what may be read, and of SQL on this kind of source nobody can tell what it reads. Use a table or a view by its name.',
  );
}
