import { describe, expect, it } from 'vitest';
import { mappingLines } from './mapping-lines.js';

const change = (mapping: string | null, baselineRows: number | null = 12_034) => ({
  kind: 'sync',
  name: 'customers',
  action: 'update',
  difference: [],
  mapping,
  baselineRows,
});

describe('a changed mapping', () => {
  it('says how many rows are sent again, and how to leave them', () => {
    expect(mappingLines(change('backfill'))).toEqual([
      'Mapping changed: the next run sends unchanged rows again (up to 12,034).',
      'To send only what changes from now on: drawbridge run customers --from-now-on, or "mappingChange: from-now-on".',
    ]);
  });

  it('says how many rows stay, and how to send them again', () => {
    expect(mappingLines(change('from-now-on'))).toEqual([
      'Mapping changed: unchanged rows stay as they were sent (up to 12,034).',
      'To send them again: drawbridge run customers --backfill.',
    ]);
  });

  it('says both ways on where the run stops', () => {
    const lines = mappingLines(change('stop')).join('\n');
    expect(lines).toContain('the next run stops');
    expect(lines).toContain('--backfill sends unchanged rows again (up to 12,034)');
    expect(lines).toContain('--from-now-on leaves them');
  });

  it('names no number that nobody knows, and says nothing where no mapping changed', () => {
    expect(mappingLines(change('backfill', null))[0]).toBe(
      'Mapping changed: the next run sends unchanged rows again.',
    );
    expect(mappingLines(change(null))).toEqual([]);
    expect(mappingLines(change('ask'))).toEqual(['Mapping changed: ask.']);
  });
});
