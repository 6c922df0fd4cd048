import type { DestinationConnection } from '../connector/destination.js';
import { readSettings } from '../connector/settings.js';
import type { RawSettings } from '../connector/settings.js';
import type { SourceConnection } from '../connector/source.js';
import destination from '../destination/postgres/index.js';
import source from '../source/postgres/index.js';

/** The real connectors on one database: what is read there is written there, too. */
export function openPostgresPair({
  settings,
  secrets,
}: {
  settings: RawSettings;
  secrets: { password: string };
}): { source: SourceConnection; destination: DestinationConnection } {
  return {
    source: source.open({ settings: readSettings(source.settings, settings), secrets }),
    destination: destination.open({
      settings: readSettings(destination.settings, settings),
      secrets,
    }),
  };
}
