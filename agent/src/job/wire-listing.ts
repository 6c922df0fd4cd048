import { DiscoveredKind } from '@drawbridge/proto';
import type { DiscoverySchema, MessageInitShape } from '@drawbridge/proto';
import type { Listed } from '../connector/listing.js';

const kinds: Record<Listed['kind'], DiscoveredKind> = {
  database: DiscoveredKind.DATABASE,
  schema: DiscoveredKind.SCHEMA,
  table: DiscoveredKind.TABLE,
  view: DiscoveredKind.VIEW,
  object: DiscoveredKind.OBJECT,
  column: DiscoveredKind.COLUMN,
  field: DiscoveredKind.FIELD,
  channel: DiscoveredKind.CHANNEL,
  key: DiscoveredKind.KEY,
};

const mostEntries = 10_000;
/** A frame has a mebibyte; the numbers beside the names take the rest. */
const mostNameBytes = 768 << 10;
const mostNameLength = 1000;
const mostTypeLength = 200;

/** What of a listing the wire has room for. A name that is cut would be another one, so it is left out. */
export function wireListingOf(
  listed: readonly Listed[],
): Pick<MessageInitShape<typeof DiscoverySchema>, 'entries' | 'isCutOff'> {
  const entries = [];
  let bytes = 0;
  for (const entry of listed) {
    if (entry.name === '' || lengthOf(entry.name) > mostNameLength) continue;
    const label = cut(entry.label ?? '', mostNameLength);
    const type = cut(entry.type ?? '', mostTypeLength);
    bytes += Buffer.byteLength(entry.name) + Buffer.byteLength(label) + Buffer.byteLength(type);
    if (bytes > mostNameBytes || entries.length === mostEntries) break;
    entries.push({
      name: entry.name,
      label,
      type,
      kind: kinds[entry.kind],
      isRequired: entry.isRequired ?? false,
      isKey: entry.isKey ?? false,
    });
  }
  return { entries, isCutOff: entries.length < listed.length };
}

/** In characters, as the wire counts them: not in halves of a surrogate pair. */
const lengthOf = (text: string): number => [...text].length;

const cut = (text: string, most: number): string =>
  lengthOf(text) > most ? `${[...text].slice(0, most - 1).join('')}…` : text;
