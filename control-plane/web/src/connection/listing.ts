import { useState } from 'react';
import { useClient } from 'urql';
import { graphql } from '../api/generated/index.js';
import { codesOf, sentenceOf } from '../api/refusal.js';

const DiscoverMutation = graphql(`
  mutation Discover($input: DiscoverConnectionInput!) {
    discoverConnection(input: $input) {
      entries {
        name
        label
        kind
        type
        isRequired
        isKey
      }
      isCutOff
      failure {
        code
        title
        advice
      }
    }
  }
`);

export interface Entry {
  name: string;
  label?: string | null;
  kind: string;
  type?: string | null;
  isRequired: boolean;
  isKey: boolean;
}

/** Where to look: in which connection, and in what of it. */
export interface Inside {
  connection: { source: string } | { destination: string };
  path: readonly string[];
}

export type Listing =
  | { kind: 'unasked' }
  | { kind: 'asked' }
  | { kind: 'there'; entries: readonly Entry[]; isCutOff: boolean }
  | { kind: 'failed'; sentence: string; code: string };

const unasked: Listing = { kind: 'unasked' };

/** What an agent sees there, asked when it is wanted and once a visit; what failed is asked again. */
export function useListing(inside: Inside | undefined): {
  listing: Listing;
  ask(): Promise<void>;
} {
  const client = useClient();
  const [known, setKnown] = useState<Readonly<Record<string, Listing>>>({});
  const place = JSON.stringify(inside);
  const listing = known[place] ?? unasked;
  const note = (told: Listing): void => setKnown((all) => ({ ...all, [place]: told }));
  const ask = async (): Promise<void> => {
    if (!inside || listing.kind === 'asked' || listing.kind === 'there') return;
    note({ kind: 'asked' });
    const input = { ...inside.connection, path: [...inside.path] };
    const { data, error } = await client.mutation(DiscoverMutation, { input }).toPromise();
    if (data) note(listingOf(data.discoverConnection));
    else if (error)
      note({ kind: 'failed', sentence: sentenceOf(error), code: codesOf(error)[0] ?? '' });
  };
  return { listing, ask };
}

interface Answer {
  entries: readonly Entry[];
  isCutOff: boolean;
  failure?: { code: string; title?: string | null; advice?: string | null } | null;
}

function listingOf({ entries, isCutOff, failure }: Answer): Listing {
  if (!failure) return { kind: 'there', entries, isCutOff };
  const { code, title, advice } = failure;
  const sentence = title ? `${title}. ${advice ?? ''}`.trim() : 'The agent could not tell.';
  return { kind: 'failed', sentence, code };
}
