import { DiscoveredKind, encodeAgentFrame } from '@drawbridge/proto';
import { expect, it } from 'vitest';
import type { Listed } from '../connector/listing.js';
import { wireListingOf } from './wire-listing.js';

const lease = { jobId: '00000000-0000-4000-8000-000000000001', epoch: 1n };
const framed = (listed: readonly Listed[]) =>
  encodeAgentFrame({
    seq: 1n,
    body: {
      case: 'finished',
      value: { lease, result: { case: 'discovery', value: wireListingOf(listed) } },
    },
  });
const column = (name: string): Listed => ({ name, kind: 'column', type: 'text' });

it('says names, kinds and types', () => {
  const listed: Listed[] = [
    { name: 'Account', label: 'Konto 🙂', kind: 'object' },
    { name: 'id', kind: 'field', type: 'id', isKey: true, isRequired: true },
  ];
  expect(wireListingOf(listed)).toEqual({
    entries: [
      {
        name: 'Account',
        label: 'Konto 🙂',
        type: '',
        kind: DiscoveredKind.OBJECT,
        isRequired: false,
        isKey: false,
      },
      {
        name: 'id',
        label: '',
        type: 'id',
        kind: DiscoveredKind.FIELD,
        isRequired: true,
        isKey: true,
      },
    ],
    isCutOff: false,
  });
  expect(framed(listed).kind).toBe('bytes');
});

it('says no more than a frame holds, and that there is more', () => {
  const many = Array.from({ length: 10_001 }, (_, n) => column(`c${n}`));
  const { entries = [], isCutOff } = wireListingOf(many);
  expect([entries.length, isCutOff]).toEqual([10_000, true]);
  expect(framed(many).kind).toBe('bytes');
  const long = Array.from({ length: 1000 }, (_, n) => column(`${n}`.padEnd(1000, 'ż')));
  const said = wireListingOf(long);
  expect(said.isCutOff).toBe(true);
  expect(said.entries?.length).toBeGreaterThan(300);
  expect(framed(long).kind).toBe('bytes');
});

it('leaves out a name that is too long or none, and shortens a type', () => {
  const odd = [column('x'.repeat(1001)), column(''), { ...column('a'), type: 't'.repeat(300) }];
  const { entries = [], isCutOff } = wireListingOf(odd);
  expect(entries).toMatchObject([{ name: 'a', type: `${'t'.repeat(199)}…` }]);
  expect(isCutOff).toBe(true);
  expect(framed([...odd, column('🙂'.repeat(1000))]).kind).toBe('bytes');
});
