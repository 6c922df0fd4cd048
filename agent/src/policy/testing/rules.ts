import { failureOf } from '../../failure.js';
import type { DestinationRule, Policy, SourceRule } from '../policy.js';

export const sourceRule = (change: Partial<SourceRule>): SourceRule => ({
  connections: ['warehouse'],
  types: ['postgres'],
  hosts: ['db.internal'],
  secrets: ['env:WAREHOUSE_*', 'file:/secrets/*'],
  models: ['table', 'sql'],
  tables: undefined,
  deniedColumns: [],
  maxRows: undefined,
  ...change,
});

export const destinationRule = (change: Partial<DestinationRule>): DestinationRule => ({
  connections: ['crm'],
  types: ['http'],
  hosts: ['api.crm.example'],
  secrets: [],
  objects: ['contacts'],
  operations: ['upsert'],
  maxRows: undefined,
  maxRemovedPercent: undefined,
  ...change,
});

export const policyOf = (change: Partial<Policy>): Policy => ({
  sources: [sourceRule({})],
  destinations: [destinationRule({})],
  networks: [],
  ...change,
});

/** The code of what is thrown; undefined when nothing is. */
export function codeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return failureOf(error).code;
  }
}
