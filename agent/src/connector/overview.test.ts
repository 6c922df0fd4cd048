import { expect, it } from 'vitest';
import { defineDestination } from './destination.js';
import { overviewOf, overviewText } from './overview.js';
import { defineSource } from './source.js';

const agent = { version: '1.2.3', dependencies: { 'vendor-sdk': '4.5.6' } };
const nothing = { settings: {}, secrets: {} };
const open = () => {
  throw new Error('An overview opens nothing.');
};

const registry = {
  sources: new Map([
    ['lake', defineSource({ name: 'lake', label: 'Lake', client: 'vendor-sdk', ...nothing, open })],
  ]),
  destinations: new Map([
    [
      'mail',
      defineDestination({
        name: 'mail',
        label: 'Mail',
        ...nothing,
        place: [],
        limits: { requestsPerSecond: 1, concurrency: 1 },
        lookups: 'find',
        objects: [
          {
            name: 'letter',
            label: 'Letter',
            modes: ['append'],
            removals: ['nothing'],
            firstRun: 'baseline',
            needsKey: true,
            options: {},
          },
        ],
        open,
      }),
    ],
  ]),
};

it('tells of each connector its version, its client’s, and what it can do', () => {
  expect(overviewOf(registry, agent)).toEqual([
    {
      kind: 'source',
      name: 'lake',
      label: 'Lake',
      version: '1.2.3',
      client: { name: 'vendor-sdk', version: '4.5.6' },
      lookups: null,
      objects: [],
    },
    {
      kind: 'destination',
      name: 'mail',
      label: 'Mail',
      version: '1.2.3',
      client: null,
      lookups: 'find',
      objects: [
        {
          name: 'letter',
          label: 'Letter',
          modes: ['append'],
          removals: ['nothing'],
          firstRun: 'baseline',
          needsKey: true,
        },
      ],
    },
  ]);
});

it('says the same to a person', () => {
  expect(overviewText(overviewOf(registry, agent), agent)).toBe(`drawbridge-agent 1.2.3

Sources
  lake  Lake (vendor-sdk 4.5.6)

Destinations
  mail  Mail
        letter: Letter, needs a key
          modes: append
          rows that leave: nothing
          a first run sends nothing unless asked to`);
});
