import { graphql } from '../api/generated/index.js';
import type { ChannelsQuery as ChannelsData } from '../api/generated/graphql.js';

export const ChannelsQuery = graphql(`
  query Channels {
    channels {
      id
      name
      kind
      address
      kinds
      disabledAt
      deadDeliveries
      lastDelivery {
        id
        kind
        state
        createdAt
        tries {
          number
          status
          problem
        }
      }
    }
  }
`);

export type Channel = ChannelsData['channels'][number];
