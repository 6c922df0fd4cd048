import type { Discover } from '@drawbridge/proto';
import type { Listed } from '../connector/listing.js';
import { Failure } from '../failure.js';
import { askConnection, prepareAsked } from './ask-connection.js';
import type { Question } from './ask-connection.js';
import { wireListingOf } from './wire-listing.js';
import type { Tools, Work } from './work.js';

/** A person waits in front of a list, and the control plane a little longer. */
const withinMs = 15_000;

/** What is inside of a source or destination: names and types. Throws CONFIG where the agent may not tell. */
export function prepareDiscovery({ connection, path }: Discover, tools: Tools): Work {
  if (!tools.isDiscoveryOn)
    throw new Failure(
      'CONFIG',
      'discovery.off',
      'This agent does not tell what is in its systems: DRAWBRIDGE_DISCOVERY is off.',
    );
  const prepared = prepareAsked(connection, tools);
  return {
    kind: 'discover',
    ids: {},
    run: async ({ signal }) => {
      const asked = { signal, tools };
      const { value, ...answer } = await askConnection(prepared, listing(path), asked);
      return { case: 'discovery', value: { ...answer, ...(value && wireListingOf(value)) } };
    },
  };
}

const listing = (path: readonly string[]): Question<readonly Listed[]> => ({
  withinMs,
  ask: (connection, signal) => {
    if (connection.list) return connection.list(path, signal);
    throw new Failure(
      'CONFIG',
      'listing.not_offered',
      'This kind of connection can not tell what is in it. Write the name yourself.',
    );
  },
});
