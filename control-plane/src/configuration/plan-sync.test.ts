import { parseSpecification, type Specification } from '@drawbridge/proto';
import { describe, expect, it } from 'vitest';
import { yamlOfSyncs } from '../job/testing/ground.js';
import { planSync, type Ground, type KnownSync } from './plan-sync.js';

const now = new Date('2026-11-24T12:00:00Z');
const later = new Date('2026-11-24T12:20:00Z');

const specificationOf = (yaml: string): Specification =>
  parseSpecification([{ path: 'test.yaml', text: yaml }]).specification!;
const groundOf = (yaml: string, at = now): Ground => ({
  workspaceId: '11111111-0000-4000-8000-000000000000',
  after: specificationOf(yaml),
  modelIds: new Map([['people', 'm']]),
  destinationIds: new Map([['app', 'd']]),
  now: at,
});

function plan(yaml: string, known?: KnownSync, at = now) {
  const ground = groundOf(yaml, at);
  return planSync(ground, 'sync-0', ground.after.syncs['sync-0']!, known);
}

/** As the database has it once the plan was written. */
function stored(yaml: string): KnownSync {
  const { id, row, version } = plan(yaml);
  return { ...row, id, name: 'sync-0', createdAt: now, versions: [version!] };
}

const quarterly = yamlOfSyncs(1, ', schedule: { every: 15m }');

describe('the plan for a sync', () => {
  it('makes a new one with its first version and its first time', () => {
    const { isNew, row, version } = plan(quarterly);
    expect({ isNew, row }).toMatchObject({
      isNew: true,
      row: { version: 1, modelId: 'm', destinationId: 'd', removedAt: null },
    });
    expect(row.nextRunAt).toEqual(new Date('2026-11-24T12:15:00Z'));
    expect(version).toMatchObject({ version: 1 });
  });

  it('writes nothing when nothing is different, however late', () => {
    const { isNew, isChanged, version } = plan(quarterly, stored(quarterly), later);
    expect({ isNew, isChanged, version }).toEqual({
      isNew: false,
      isChanged: false,
      version: undefined,
    });
  });

  it('goes up one version when its source is reached another way', () => {
    const moved = quarterly.replace('db.internal', 'db2.internal');
    const { row, version, isChanged } = plan(moved, stored(quarterly), later);
    expect({ isChanged, version: row.version }).toEqual({ isChanged: true, version: 2 });
    expect(version?.version).toBe(2);
    expect(row.nextRunAt).toEqual(new Date('2026-11-24T12:15:00Z'));
  });

  it('gets another time and no version by another schedule', () => {
    const hourly = yamlOfSyncs(1, ', schedule: { every: 1h }');
    const { row, version } = plan(hourly, stored(quarterly), later);
    expect(version).toBeUndefined();
    expect(row.nextRunAt).toEqual(new Date('2026-11-24T13:00:00Z'));
    expect(plan(yamlOfSyncs(1), stored(quarterly)).row.nextRunAt).toBeNull();
  });

  it('brings a removed one back as what it was', () => {
    const removed = {
      ...stored(quarterly),
      removedAt: now,
      nextRunAt: null,
      modelId: null,
      destinationId: null,
    };
    const { id, row, isChanged, version } = plan(quarterly, removed, later);
    expect({ id, isChanged, version }).toEqual({
      id: removed.id,
      isChanged: true,
      version: undefined,
    });
    expect(row).toMatchObject({ version: 1, modelId: 'm', destinationId: 'd', removedAt: null });
    expect(row.nextRunAt).toEqual(new Date('2026-11-24T12:30:00Z'));
  });
});
