import { useClient, useQuery, type CombinedError } from 'urql';
import { graphql } from '../api/generated/index.js';
import { useGrowingList } from '../api/growing-list.js';

const SourceNamesQuery = graphql(`
  query SourceNames($first: Int!, $after: String) {
    sources(first: $first, after: $after) {
      edges {
        node {
          id
          name
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const DestinationNamesQuery = graphql(`
  query DestinationNames($first: Int!, $after: String) {
    destinations(first: $first, after: $after) {
      edges {
        node {
          id
          name
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

interface Connections {
  /** Names; undefined until the first answer. */
  sources: string[] | undefined;
  destinations: string[] | undefined;
  error: CombinedError | undefined;
  ask(): void;
}

const pageLength = 100;

/** All that can be chosen, however many pages of them there are. */
export function useConnections(): Connections {
  const client = useClient();
  const variables = { first: pageLength };
  const [ofSources, askSources] = useQuery({ query: SourceNamesQuery, variables });
  const [ofDestinations, askDestinations] = useQuery({ query: DestinationNamesQuery, variables });
  const sources = useGrowingList(
    ofSources.data?.sources,
    async (after) =>
      (await client.query(SourceNamesQuery, { ...variables, after }).toPromise()).data?.sources,
    Infinity,
  );
  const destinations = useGrowingList(
    ofDestinations.data?.destinations,
    async (after) =>
      (await client.query(DestinationNamesQuery, { ...variables, after }).toPromise()).data
        ?.destinations,
    Infinity,
  );
  return {
    sources: ofSources.data && sources.nodes.map(({ name }) => name),
    destinations: ofDestinations.data && destinations.nodes.map(({ name }) => name),
    error: ofSources.error ?? ofDestinations.error,
    ask: () => {
      askSources({ requestPolicy: 'network-only' });
      askDestinations({ requestPolicy: 'network-only' });
    },
  };
}
