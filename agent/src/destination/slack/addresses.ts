import type { JsonRecord, TargetRequest } from '../../connector/destination.js';
import { Failure } from '../../failure.js';
import type { SlackApi } from './api.js';
import type { Channels } from './channels.js';
import { noPlace } from './refusals.js';
import { textOf } from './row.js';

/** Where rows go. */
export interface Addresses {
  /** The id of the one channel that all go to; undefined where each row says where. */
  readonly fixed: string | undefined;
  /** The channel of a row. Throws REJECTED where that row has none. */
  of(record: JsonRecord, signal: AbortSignal): Promise<string>;
}

export const byField = 'channel-of-row';
export const byEmail = 'direct-message';

export async function addressesFor(
  { object, key, fields }: Pick<TargetRequest, 'object' | 'key' | 'fields'>,
  field: string | undefined,
  slack: { api: SlackApi; channels: Channels; signal: AbortSignal },
): Promise<Addresses> {
  const { api, channels, signal } = slack;
  if (object !== byField && object !== byEmail) {
    const id = await channels.idOf(object, signal);
    if (id === undefined) throw noPlace(new Failure('REJECTED', 'destination.rejected', ''));
    await channels.assertOpen(id, signal);
    return { fixed: id, of: async () => id };
  }
  if (field === undefined || ![...key, ...fields].some(({ name }) => name === field))
    throw new Failure(
      'CONFIG',
      'destination.field_missing',
      'options.field names no field of the sync. Map the column that says where a row goes.',
    );
  const find =
    object === byEmail
      ? (given: string, until: AbortSignal) => openDirect(api, given, until)
      : (given: string, until: AbortSignal) => named(channels, given, until);
  return { fixed: undefined, of: remembered(field, find) };
}

/** What was found, or is not there, stays so for the run; what went wrong is asked again. */
function remembered(
  field: string,
  find: (given: string, signal: AbortSignal) => Promise<string>,
): Addresses['of'] {
  const known = new Map<string, string | Failure>();
  return async (record, signal) => {
    const given = textOf(record[field]).trim();
    if (given === '')
      throw new Failure(
        'REJECTED',
        'destination.no_address',
        'The row does not say where it goes.',
      );
    let found = known.get(given);
    if (found === undefined) {
      found = await find(given, signal).catch((error: unknown) => {
        if (error instanceof Failure && error.kind === 'REJECTED') return error;
        throw error;
      });
      known.set(given, found);
    }
    if (found instanceof Failure) throw found;
    return found;
  };
}

async function named(channels: Channels, given: string, signal: AbortSignal): Promise<string> {
  const id = await channels.idOf(given, signal);
  if (id !== undefined) return id;
  throw new Failure('REJECTED', 'destination.rejected', 'The destination refuses the record.', {
    vendorCode: 'CHANNEL_NOT_FOUND',
  });
}

async function openDirect(api: SlackApi, email: string, signal: AbortSignal): Promise<string> {
  const found = await api.ask('users.lookupByEmail', { email }, signal);
  const users = (found['user'] as { id: string }).id;
  const opened = await api.ask('conversations.open', { users }, signal);
  return (opened['channel'] as { id: string }).id;
}
