import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onCrashPoint } from '../crash-point.js';
import type { CrashPoint } from '../crash-point.js';
import { Failure } from '../failure.js';
import { column, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, Moods, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';

let table: TextRow[];
let moods: Moods;
let isDead: boolean;
let destination: MemoryDestination;
let engine: Engine;

const appending = {
  mode: 'append' as const,
  key: [],
  onRemoved: { action: 'nothing' as const, set: [] },
  fields: [column('id'), column('name')],
};
const noAnswer = (): never => {
  throw new Failure('TRANSIENT', 'destination.no_answer', 'The line broke.');
};

const dead = (): Failure => new Failure('INTERNAL', 'internal.killed', 'The agent is dead.');

beforeEach(async () => {
  table = Array.from({ length: 20 }, (_, n) => ({ id: String(n), name: `person ${n}`, team: 't' }));
  isDead = false;
  moods = {
    recalling: () => {
      if (isDead) throw dead();
    },
  };
  destination = memoryDestination(moods);
  const store = new MemoryStore(() => {
    if (isDead) throw dead();
  });
  engine = await openEngine({ source: memorySource(() => table), destination, store });
});
afterEach(async () => {
  onCrashPoint(() => undefined);
  await engine.close();
});

const appendedIds = (): string[] => destination.appended.map(({ id }) => String(id));
const eachOnce = (): void => {
  expect(new Set(appendedIds())).toEqual(new Set(table.map(({ id }) => id)));
  expect(appendedIds()).toHaveLength(table.length);
};

describe('rows that can not be sent twice, whose answer was lost', () => {
  it('are looked up, and count as sent where they arrived (invariant 3)', async () => {
    let cuts = 1;
    moods.after = () => void (cuts-- > 0 && noAnswer());
    expect(await engine.run(appending)).toMatchObject({
      outcome: 'succeeded',
      counts: { sent: 20, uncertain: 0 },
    });
    eachOnce();
  });

  it('are looked up, and sent where they did not arrive (invariant 3)', async () => {
    let cuts = 1;
    moods.before = () => void (cuts-- > 0 && noAnswer());
    expect(await engine.run(appending)).toMatchObject({
      outcome: 'succeeded',
      counts: { sent: 20, uncertain: 0 },
    });
    eachOnce();
  });

  it('are uncertain as long as nobody can look them up', async () => {
    let cuts = 1;
    moods.after = () => void (cuts-- > 0 && noAnswer());
    moods.recalling = () => {
      throw new Failure('CONFIG', 'destination.refused', 'The token may not read.');
    };
    expect(await engine.run(appending)).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { sent: 13, uncertain: 7 },
    });
    eachOnce();
  });
});

describe('an agent that is killed between a message and its record', () => {
  const dieAt = async (point: CrashPoint): Promise<void> => {
    onCrashPoint((name) => {
      if (name !== point) return;
      isDead = true;
      throw dead();
    });
    expect(await engine.run(appending)).toMatchObject({ outcome: 'failed' });
    onCrashPoint(() => undefined);
    isDead = false;
  };

  it.each([
    ['batch.before', 0],
    ['batch.answered', 7],
    ['deliver.after', 20],
  ] as const)(
    'at %s looks up what arrived, and sends the rest once (invariant 3)',
    async (point, arrived) => {
      await dieAt(point);
      expect(destination.appended).toHaveLength(arrived);
      const report = await engine.run(appending);
      expect(report).toMatchObject({ outcome: 'succeeded', counts: { uncertain: 0 } });
      expect(report.counts.sent).toBe(20 - arrived);
      eachOnce();
    },
  );

  it('holds what it can not look up, and sends nothing twice', async () => {
    await dieAt('batch.answered');
    delete moods.recalling;
    expect(await engine.run(appending)).toMatchObject({ outcome: 'completed_with_errors' });
    expect(new Set(appendedIds()).size).toBe(destination.appended.length);
  });
});

describe('a destination that wants to know what changed rows were', () => {
  it('gets their fields as it had taken them, templates included', async () => {
    const seen: ReturnType<Parameters<NonNullable<Moods['changed']>>[0]['slice']> = [];
    moods.changed = (records) => void seen.push(...records);
    const shout = { kind: 'template' as const, template: '{{ name | upcase }}' };
    const origin = { kind: 'constant' as const, constant: { text: 'crm' } };
    const fields = [
      column('name'),
      column('team'),
      { field: 'shout', value: shout, nulls: 'send' as const },
      { field: 'origin', value: origin, nulls: 'send' as const },
    ];
    await engine.run({ fields });
    table[3] = { id: '3', name: 'other\t3', team: null };
    expect(await engine.run({ fields })).toMatchObject({ counts: { changed: 1, sent: 1 } });
    expect(seen).toEqual([
      {
        key: { id: '3' },
        fields: { name: 'other\t3', team: null, shout: 'OTHER\t3', origin: 'crm' },
        former: { name: 'person 3', team: 't', shout: 'PERSON 3', origin: 'crm' },
      },
    ]);
  });
});
