import type { Listed } from '../../connector/listing.js';
import { Failure } from '../../failure.js';
import type { SlackApi } from './api.js';
import { noPlace, isOfPlace } from './refusals.js';

interface Channel {
  id: string;
  name: string;
  isArchived: boolean;
}

const isId = (text: string): boolean => /^[CGD][A-Z0-9]{6,}$/.test(text);
/** One more than is shown says that there are more. */
const mostListed = 10_001;

/** The channels that an app can see, asked for when they are needed first. */
export class Channels {
  private all: Promise<readonly Channel[]> | undefined;

  constructor(
    private readonly api: SlackApi,
    private readonly scopes: ReadonlySet<string>,
  ) {}

  /** As the configuration or a row names it: its id, or its name. Undefined where there is none of that name. */
  async idOf(given: string, signal: AbortSignal): Promise<string | undefined> {
    if (isId(given)) return given;
    const name = given.replace(/^#/, '');
    this.all ??= this.load(signal);
    const all = await this.all.catch((error: unknown) => {
      this.all = undefined;
      throw error;
    });
    return all.find((channel) => channel.name === name)?.id;
  }

  /** That it is there and open, as far as the token may know. */
  async assertOpen(id: string, signal: AbortSignal): Promise<void> {
    if (!this.scopes.has('channels:read') && !this.scopes.has('groups:read')) return;
    try {
      const { channel } = await this.api.ask('conversations.info', { channel: id }, signal);
      if ((channel as { is_archived?: boolean }).is_archived)
        throw noPlace(
          new Failure('REJECTED', 'destination.rejected', '', { vendorCode: 'IS_ARCHIVED' }),
        );
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (isOfPlace(error)) throw noPlace(error);
      // A token that may see public channels need not see this one.
      if (error.vendorCode !== 'MISSING_SCOPE') throw error;
    }
  }

  async list(signal: AbortSignal): Promise<Listed[]> {
    const open = (await this.load(signal)).filter(({ isArchived }) => !isArchived);
    return open
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .slice(0, mostListed)
      .map(({ id, name }) => ({ name: id, label: `#${name}`, kind: 'channel' }));
  }

  private async load(signal: AbortSignal): Promise<Channel[]> {
    const types = [
      ...(this.scopes.has('channels:read') ? ['public_channel'] : []),
      ...(this.scopes.has('groups:read') ? ['private_channel'] : []),
    ];
    if (types.length === 0) throw unseen();
    const found: Channel[] = [];
    for (let cursor = ''; ;) {
      const page = await this.api.ask(
        'conversations.list',
        { types: types.join(','), limit: 999, ...(cursor && { cursor }) },
        signal,
      );
      for (const one of page['channels'] as { id: string; name: string; is_archived?: boolean }[])
        found.push({ id: one.id, name: one.name, isArchived: one.is_archived ?? false });
      cursor = page.response_metadata?.next_cursor ?? '';
      if (cursor === '') return found;
    }
  }
}

function unseen(): Failure {
  return new Failure(
    'CONFIG',
    'destination.channels_unseen',
    'The token may not see channels, so none can be found by its name. Write the channel’s id, or give the app channels:read.',
  );
}
