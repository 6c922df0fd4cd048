import { createHash } from 'node:crypto';
import { isNetwork } from '../connector/network.js';
import { modelKinds, operations } from './policy.js';
import type { GivenPolicy, Policy } from './policy.js';
import {
  fitting,
  listOf,
  oneOf,
  optional,
  required,
  shape,
  text,
  wholeNumber,
  YamlText,
} from './yaml.js';
import type { Fault } from './yaml.js';

const rows = wholeNumber({ least: 0, most: 1_000_000_000_000 });

const host = fitting(
  text,
  (value) => /^(\*|[a-z0-9_.*-]+|\[[0-9a-f:]+\])(:\d{1,5})?$/.test(value),
  'This must be a host, without scheme or path and in lower case: db.internal, *.example.com, 10.1.2.3, [fd00::1], each with :port or without.',
);

const reference = fitting(
  text,
  (value) => /^(env|file|aws-sm|vault):./.test(value) && !value.includes('..'),
  'This must be a reference of a secret: env:NAME, file:/path; * stands for any characters, and there is no ".." in it.',
);

const network = fitting(
  text,
  isNetwork,
  'This must be an address or a network, such as 10.20.0.0/16 or fd00:1::/64.',
);

const connection = {
  connections: required(listOf(text)),
  types: required(listOf(text)),
  hosts: required(listOf(host)),
  secrets: optional(listOf(reference)),
};

const source = shape({
  ...connection,
  models: required(listOf(oneOf(modelKinds))),
  tables: optional(listOf(text)),
  deniedColumns: optional(listOf(text)),
  maxRows: optional(rows),
});

const destination = shape({
  ...connection,
  objects: required(listOf(text)),
  operations: required(listOf(oneOf(operations))),
  maxRows: optional(rows),
  maxRemovedPercent: optional(wholeNumber({ least: 0, most: 100 })),
});

/** What this version of the file can say. A key that it does not know stops the start: it was meant to hold something back. */
const whole = shape({
  version: required(oneOf([1])),
  sources: optional(listOf(source)),
  destinations: optional(listOf(destination)),
  egress: optional(shape({ allow: optional(listOf(network)) })),
  previews: optional(oneOf(['off'])),
});

export type ReadPolicy =
  { given: GivenPolicy; faults?: undefined } | { faults: readonly Fault[]; given?: undefined };

/** The bytes of a policy file; its faults are told all at once, in the order of the file. */
export function readPolicy(bytes: Uint8Array): ReadPolicy {
  const file = new YamlText(new TextDecoder().decode(bytes));
  const written = file.read(whole);
  if (!written || file.faults.length > 0)
    return { faults: file.faults.toSorted((a, b) => a.line - b.line || a.column - b.column) };
  const digest = createHash('sha256').update(bytes).digest('hex');
  return { given: { policy: policyOf(written), digest } };
}

function policyOf(written: Written): Policy {
  return {
    sources: (written.sources ?? []).map((rule) => ({
      ...rule,
      secrets: rule.secrets ?? [],
      deniedColumns: rule.deniedColumns ?? [],
    })),
    destinations: (written.destinations ?? []).map((rule) => ({
      ...rule,
      secrets: rule.secrets ?? [],
    })),
    networks: written.egress?.allow ?? [],
  };
}

type Written = NonNullable<ReturnType<typeof whole>>;
