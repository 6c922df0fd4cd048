import type { ObjectDefinition, TargetRequest } from '../../connector/destination.js';
import { readSettings } from '../../connector/settings.js';
import { Failure } from '../../failure.js';
import { documentShape } from './document.js';
import { hashShape } from './hash.js';
import { jsonShape } from './json.js';
import { setShape, sortedSetShape } from './members.js';
import type { MemberNames } from './members.js';
import { compileName } from './name.js';
import type { NameTemplate } from './name.js';
import type { Shape } from './shape.js';

/** What a sync can write, and how each of it becomes commands. */

const name = {
  type: 'template',
  label: 'Name of the Redis key',
  help: 'Text and {{ fields }} of the sync’s key, each at least once: it must name one row and no other.',
  example: 'customer:{{ id }}',
  required: true,
} as const;

const ttlSeconds = {
  type: 'number',
  label: 'Time to live (seconds)',
  help: 'Begins anew whenever the row is written, which is when it changes. Unless given, what is there stays.',
  minimum: 1,
  maximum: 3_153_600_000,
} as const;

const hashOptions = {
  name,
  others: {
    type: 'choice',
    label: 'Fields that the sync does not map',
    choices: ['keep', 'remove'],
    default: 'keep',
  },
  nulls: {
    type: 'choice',
    label: 'What a NULL becomes',
    help: 'remove: the hash has no such field; empty: an empty one.',
    choices: ['remove', 'empty'],
    default: 'remove',
  },
  ttlSeconds,
} as const;

const jsonOptions = { name, ttlSeconds } as const;

const memberOptions = {
  name: {
    ...name,
    help: 'Text and {{ fields }} of the sync’s key. Rows with the same name are in one set.',
    example: 'customers-of:{{ country }}',
  },
  member: {
    type: 'template',
    label: 'Member',
    help: 'Text and {{ fields }} of the sync’s key: with the name, each at least once.',
    example: '{{ id }}',
    required: true,
  },
} as const;

export const objects: readonly ObjectDefinition[] = [
  {
    name: 'hash',
    label: 'Hash for each row',
    modes: ['upsert', 'update', 'create', 'mirror'],
    removals: ['nothing', 'delete', 'clear', 'set'],
    firstRun: 'send',
    needsKey: true,
    options: hashOptions,
  },
  {
    name: 'json',
    label: 'JSON text for each row',
    modes: ['upsert', 'update', 'create', 'mirror'],
    removals: ['nothing', 'delete'],
    firstRun: 'send',
    needsKey: true,
    options: jsonOptions,
  },
  {
    name: 'document',
    label: 'JSON document for each row (Redis 8, or the JSON module)',
    modes: ['upsert', 'update', 'create', 'mirror'],
    removals: ['nothing', 'delete', 'clear', 'set'],
    firstRun: 'send',
    needsKey: true,
    options: jsonOptions,
  },
  {
    name: 'set',
    label: 'Member of a set',
    modes: ['upsert', 'create', 'mirror'],
    removals: ['nothing', 'delete'],
    firstRun: 'send',
    needsKey: true,
    options: memberOptions,
  },
  {
    name: 'sortedSet',
    label: 'Member of a sorted set',
    modes: ['upsert', 'update', 'create', 'mirror'],
    removals: ['nothing', 'delete'],
    firstRun: 'send',
    needsKey: true,
    options: memberOptions,
  },
];

/** CONFIG for a sync that the object can't do in an honest way. */
export function shapeOf(request: TargetRequest): Shape {
  checkRemoval(request);
  switch (request.object) {
    case 'hash': {
      const { name: text, ...options } = readSettings(hashOptions, request.options);
      return hashShape(request, nameOfRow(text, request), options);
    }
    case 'json': {
      const options = readSettings(jsonOptions, request.options);
      refuseOmitting(request);
      return jsonShape(request, nameOfRow(options.name, request), options.ttlSeconds);
    }
    case 'document': {
      const options = readSettings(jsonOptions, request.options);
      return documentShape(request, nameOfRow(options.name, request), options.ttlSeconds);
    }
    case 'set':
      if (request.fields.length > 0)
        throw new Failure(
          'CONFIG',
          'destination.fields_unfit',
          'A member of a set has no fields. Map none, or write a sorted set or a hash.',
        );
      return setShape(request, namesOfMember(request));
    case 'sortedSet':
      refuseOmitting(request);
      return sortedSetShape(request, namesOfMember(request));
    default:
      throw new Failure('CONFIG', 'destination.object_missing', 'Redis has no such object.');
  }
}

function nameOfRow(text: string, request: TargetRequest): NameTemplate {
  const compiled = compileName(text, request.key);
  checkReads(compiled.reads, request);
  return compiled;
}

function namesOfMember(request: TargetRequest): MemberNames {
  const options = readSettings(memberOptions, request.options);
  const set = compileName(options.name, request.key);
  const member = compileName(options.member, request.key);
  checkReads([...set.reads, ...member.reads], request);
  return { set, member };
}

/** Rows that differ only in what no template reads would be one record. */
function checkReads(reads: readonly string[], { key }: TargetRequest): void {
  if (key.length === 0)
    throw new Failure('CONFIG', 'destination.key_missing', 'The mode of this sync needs a key.');
  const unread = key.filter(({ name: field }) => !reads.includes(field));
  if (unread.length === 0) return;
  throw new Failure(
    'CONFIG',
    'destination.bad_name_template',
    'The template of a name could give two rows one name. See the README of the connector.',
    { detail: `The templates do not read ${unread.map((field) => field.name).join(', ')}.` },
  );
}

function checkRemoval({ removal, fields, set }: TargetRequest): void {
  if (removal === 'clear' && fields.length === 0)
    throw new Failure(
      'CONFIG',
      'destination.clear_missing',
      'onRemoved: clear needs fields that can be cleared.',
    );
  if (removal === 'set' && set.length === 0)
    throw new Failure('CONFIG', 'destination.set_missing', 'onRemoved.set names no field.');
}

/** What is written as a whole has no field that could stay as it is. */
function refuseOmitting({ fields }: TargetRequest): void {
  const omitting = fields.filter(({ nulls }) => nulls === 'omit');
  if (omitting.length === 0) return;
  throw new Failure(
    'CONFIG',
    'destination.omit_unfit',
    'The record is written as a whole, so nulls: omit can not leave a field as it is. Write a hash, or send NULLs.',
    { detail: omitting.map(({ name: field }) => field).join(', ') },
  );
}
