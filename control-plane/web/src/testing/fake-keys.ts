import { randomUUID } from 'node:crypto';
import { pageOf, type Page } from './page-of.js';
import { minutesAgo } from './sample.js';

export interface FakeKey {
  id: string;
  name: string;
  role: string;
  prefix: string | null;
  madeBy: string | null;
  createdAt: string;
  lastUsedAt: string | null;
  expiresAt: string | null;
}

const days = (count: number): string => minutesAgo(-60 * 24 * count);

export const sampleKeys = (): FakeKey[] => [
  {
    id: 'k1',
    name: 'airflow',
    role: 'operator',
    prefix: 'dbk_Qm3x',
    madeBy: 'Ada',
    createdAt: days(-40),
    lastUsedAt: minutesAgo(3),
    expiresAt: days(50),
  },
  {
    id: 'k2',
    name: 'ci-of-the-data-platform-team-that-applies-the-configuration-on-every-merge-to-main',
    role: 'editor',
    prefix: 'dbk_z7Lp',
    madeBy: 'Grace of the data platform team',
    createdAt: days(-100),
    lastUsedAt: null,
    expiresAt: days(-2),
  },
  {
    id: 'k3',
    name: 'setup',
    role: 'owner',
    prefix: null,
    madeBy: null,
    createdAt: days(-200),
    lastUsedAt: days(-199),
    expiresAt: null,
  },
];

type Input<T> = { input: T };

export const keyRoot = (keys: FakeKey[]) => ({
  apiKeys: (page: Page) => pageOf(keys, page),
  createApiKey: ({ input }: Input<Pick<FakeKey, 'name' | 'role' | 'expiresAt'>>) => {
    const key = `dbk_${'x9Qr'.repeat(10)}abc`;
    const prefix = key.slice(0, 8);
    const made = { id: randomUUID(), prefix, madeBy: 'Ada', createdAt: minutesAgo(0) };
    keys.unshift({ ...made, lastUsedAt: null, ...input });
    return { id: made.id, key };
  },
  revokeApiKey: ({ input }: Input<{ id: string }>) => {
    const at = keys.findIndex(({ id }) => id === input.id);
    return { apiKey: keys.splice(at, 1)[0] };
  },
});
