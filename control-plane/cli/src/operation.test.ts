import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import * as agentOperations from './agent-operation.js';
import * as alertOperations from './alert-operation.js';
import * as channelOperations from './channel-operation.js';
import * as configurationOperations from './configuration-operation.js';
import * as operations from './operation.js';
import * as pauseOperations from './pause-operation.js';
import * as scheduleOperations from './schedule-operation.js';

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));

const documents = Object.entries({
  ...operations,
  ...agentOperations,
  ...alertOperations,
  ...configurationOperations,
  ...pauseOperations,
  ...scheduleOperations,
  ...channelOperations,
}).flatMap(([name, value]) => ('document' in value ? [[name, value.document] as const] : []));

describe('what the command line asks', () => {
  it('is all looked at', () => {
    expect(documents.length).toBeGreaterThanOrEqual(9);
  });

  it.each(documents)('fits the public schema: %s', (_name, document) => {
    expect(validate(schema, parse(document))).toEqual([]);
  });
});
