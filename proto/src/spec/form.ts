import { alertForm } from './alert-form.js';
import {
  type ConstantEntry,
  type DestinationEntry,
  type FieldEntry,
  type GuardEntry,
  type GuardsEntry,
  type ModelEntry,
  type LookupEntry,
  type OnRemovedEntry,
  type OrderEntry,
  type FollowedEnd,
  type WindowsEntry,
  type ScheduleEntry,
  type Section,
  type Settings,
  type SettingValue,
  type SourceEntry,
  type Specification,
  type SyncEntry,
} from './entry.js';
import { ExactNumber } from './exact-number.js';
import type { IntervalEntry } from './interval.js';
import { sortedBy } from './order.js';

/**
 * An entry in the form in which a person writes it: short forms, and no defaults. What a person
 * named is a Map: an object would put names such as "2" before all others.
 */
export function formOf<S extends Section>(section: S, entry: Specification[S][string]): unknown {
  return (forms[section] as (entry: Specification[S][string]) => unknown)(entry);
}

const forms: { [S in Section]: (entry: Specification[S][string]) => unknown } = {
  sources: sourceForm,
  destinations: destinationForm,
  models: modelForm,
  syncs: syncForm,
  alerts: alertForm,
};

function sourceForm({ type, pool, settings, secrets }: SourceEntry): object {
  return {
    type,
    pool,
    ...whenFilled('settings', settingsForm(settings)),
    ...whenFilled('secrets', settingsForm(secrets)),
  };
}

function destinationForm(entry: DestinationEntry): object {
  const { requestsPerSecond, concurrency } = entry.limits;
  const limits = {
    ...(requestsPerSecond > 0 && { requestsPerSecond }),
    ...(concurrency > 0 && { concurrency }),
  };
  return { ...sourceForm(entry), ...whenFilled('limits', limits) };
}

function modelForm({ source, query, primaryKey, duplicates }: ModelEntry): object {
  if (!duplicates) return { source, primaryKey, ...query };
  const { keep } = duplicates;
  const order = keep === 'first' && { orderBy: duplicates.orderBy.map(orderForm) };
  return { source, primaryKey, ...query, duplicates: keep, ...order };
}

/** A direction that a column's own name seems to end in must be said, or it would be taken for one. */
function orderForm({ column, descending }: OrderEntry): string {
  if (descending) return `${column} desc`;
  return /\S\s+(asc|desc)$/i.test(column) ? `${column} asc` : column;
}

function syncForm(sync: SyncEntry): object {
  return {
    model: sync.model,
    destination: sync.destination,
    object: sync.object,
    mode: sync.mode,
    ...removalForm(sync),
    ...whenFilled('key', new Map(sync.key.map(({ field, column }) => [field, column]))),
    ...whenFilled('fields', new Map(sync.fields.map((field) => [field.field, fieldForm(field)]))),
    ...(sync.firstRun && { firstRun: sync.firstRun }),
    schedule: scheduleForm(sync.schedule),
    ...whenFilled('guards', guardsForm(sync.guards)),
    ...(sync.uncertain !== 'hold' && { uncertain: sync.uncertain }),
    ...whenFilled('options', settingsForm(sync.options)),
    ...(sync.snapshots && { snapshots: sync.snapshots }),
    ...(sync.quarantineAfter !== undefined && { quarantineAfter: sync.quarantineAfter }),
    ...(sync.mappingChange && { mappingChange: sync.mappingChange }),
    ...(sync.priority && { priority: sync.priority }),
    ...(sync.overlap && { overlap: sync.overlap }),
    ...(sync.catchUp && { catchUp: sync.catchUp }),
    ...(sync.startWithin && { startWithin: sync.startWithin.text }),
  };
}

const whenFilled = (name: string, value: object): object =>
  (value instanceof Map ? value.size : Object.keys(value).length) > 0 ? { [name]: value } : {};

/** Sorted, since a database forgets the order of keys. */
function settingsForm(settings: Settings): Map<string, unknown> {
  const items = sortedBy(Object.entries(settings), ([name]) => name);
  return new Map(items.map(([name, value]) => [name, settingForm(value)]));
}

const settingForm = (value: SettingValue): unknown =>
  typeof value === 'object' && !Array.isArray(value) ? settingsForm(value as Settings) : value;

function removalForm({ mode, onRemoved }: { mode: string; onRemoved: OnRemovedEntry }): object {
  const { action, set } = onRemoved;
  if (action === (mode === 'mirror' ? 'delete' : 'nothing')) return {};
  if (action !== 'set') return { onRemoved: action };
  const constants = set.map(({ field, constant }) => [field, constantForm(constant)] as const);
  return { onRemoved: { set: new Map(constants) } };
}

function fieldForm({ value, nulls, default: fallback }: FieldEntry): unknown {
  if (value.kind === 'column' && nulls === 'send') return value.column;
  return {
    ...valueForm(value),
    ...(nulls !== 'send' && { nulls }),
    ...(fallback && { default: constantForm(fallback) }),
  };
}

function valueForm(value: FieldEntry['value']): object {
  switch (value.kind) {
    case 'column':
      return { column: value.column };
    case 'template':
      return { template: value.template };
    case 'metadata':
      return { metadata: value.metadata };
    case 'constant':
      return { constant: constantForm(value.constant) };
    case 'lookup':
      return { lookup: lookupForm(value.lookup) };
  }
}

/** There is one way yet with many, so it is left out. */
function lookupForm({ object, match, returns, onMiss }: LookupEntry): object {
  return {
    object,
    match: new Map(match.map(({ field, column }) => [field, column])),
    return: returns,
    ...(onMiss !== 'reject' && { onMiss: onMiss === 'null' ? null : onMiss }),
  };
}

function constantForm(constant: ConstantEntry): unknown {
  if ('text' in constant) return constant.text;
  if ('number' in constant) return new ExactNumber(constant.number);
  return 'flag' in constant ? constant.flag : null;
}

function scheduleForm(schedule: ScheduleEntry): unknown {
  switch (schedule.kind) {
    case 'manual':
      return 'manual';
    case 'every':
      return {
        every: schedule.text,
        ...(schedule.timezone !== undefined && { timezone: schedule.timezone }),
        ...jitterForm(schedule.jitter),
        ...windowsForm(schedule),
      };
    case 'cron':
      return {
        cron: schedule.cron,
        timezone: schedule.timezone,
        ...jitterForm(schedule.jitter),
        ...windowsForm(schedule),
      };
    case 'after':
      return { after: schedule.after, ...(schedule.when && { when: followedForm(schedule.when) }) };
  }
}

const windowsForm = ({ within, except }: WindowsEntry): object => ({
  ...(within && { within }),
  ...(except && { except }),
});

const followedForm = (when: FollowedEnd): unknown =>
  typeof when === 'string' ? when : { maxRejected: `${when.maxRejected}%` };

const jitterForm = (jitter: IntervalEntry | undefined): object =>
  jitter ? { jitter: jitter.text } : {};

function guardsForm({ added, changed, removed, emptyResult }: GuardsEntry): object {
  return {
    ...(added && { added: guardForm(added) }),
    ...(changed && { changed: guardForm(changed) }),
    removed: removed ? guardForm(removed) : 'off',
    emptyResult,
  };
}

const guardForm = ({ rows, percent, action }: GuardEntry): object => ({ rows, percent, action });
