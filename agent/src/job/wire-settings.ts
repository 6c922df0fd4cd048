import type { Setting } from '@drawbridge/proto';
import type { RawSettings } from '../connector/settings.js';

/** Settings of the wire as plain values; what they must be, the connector's fields say. */
export function rawSettingsOf(settings: readonly Setting[]): RawSettings {
  return Object.fromEntries(settings.map(({ name, value }) => [name, plainOf(value)]));
}

function plainOf(value: Setting['value']): unknown {
  switch (value.case) {
    case 'text':
    case 'number':
    case 'flag':
      return value.value;
    case 'list':
      return value.value.texts;
    case 'group':
      return rawSettingsOf(value.value.settings);
    case undefined:
      return undefined;
  }
}
