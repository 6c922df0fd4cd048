// What the customer allows, whatever a control plane asks for. Read once, at the start; nothing of it comes over the wire.
//
// Everything is denied unless a rule allows it. A connection is judged by the first rule that names it: no other rule
// adds to what that one allows. An absent limit is no limit; an absent list of what is allowed allows nothing.

/** What a connection is asked to do with rows. `replace` puts a query's rows in the place of all that an object holds. */
export const operations = [
  'upsert',
  'update',
  'create',
  'append',
  'replace',
  'delete',
  'archive',
  'clear',
  'set',
] as const;
export type Operation = (typeof operations)[number];

/** How a model may ask: for a table by its name, or by SQL that somebody wrote in the control plane. */
export const modelKinds = ['table', 'sql'] as const;
export type ModelKind = (typeof modelKinds)[number];

/**
 * Which connections a rule is about, and where they may lead. Patterns: `*` stands for any characters. It is the control
 * plane that names a connection: a name chooses a rule, and what holds are the other keys.
 */
export interface ConnectionRule {
  /** Names in the configuration. */
  connections: readonly string[];
  /** Connectors, as `drawbridge-agent connectors` lists them. */
  types: readonly string[];
  /** `host` or `host:port`; lower case. */
  hosts: readonly string[];
  /** References: `env:WAREHOUSE_*`, `file:/secrets/*`. What goes to these hosts is one of these secrets and no other. */
  secrets: readonly string[];
}

export interface SourceRule extends ConnectionRule {
  models: readonly ModelKind[];
  /** As a model's `table` writes them. Undefined: any that the connection's user may read. */
  tables: readonly string[] | undefined;
  /** `column`, or `schema.table.column`; whatever their case. */
  deniedColumns: readonly string[];
  /** Of one query. */
  maxRows: number | undefined;
}

export interface DestinationRule extends ConnectionRule {
  objects: readonly string[];
  operations: readonly Operation[];
  /** Operations of one run's plan. */
  maxRows: number | undefined;
  /** Rows that a run removes, of those that the sync has there; 0 to 100. */
  maxRemovedPercent: number | undefined;
}

export interface Policy {
  sources: readonly SourceRule[];
  destinations: readonly DestinationRule[];
  /** Networks beyond the public internet that jobs may reach, as `10.20.0.0/16`. */
  networks: readonly string[];
}

/** A policy, and the SHA-256 of the bytes of its file, in hex. */
export interface GivenPolicy {
  policy: Policy;
  digest: string;
}
