import { DiscardPolicy } from '@nats-io/jetstream';
import type { StreamConfig } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBatch } from '../../connector/batch.js';
import type {
  Batch,
  DestinationConnection,
  Outcome,
  Target,
  TargetField,
  TargetRequest,
} from '../../connector/destination.js';
import { linesOf } from '../../connector/lines.js';
import { readSettings } from '../../connector/settings.js';
import type { RawSettings } from '../../connector/settings.js';
import { batchTarget } from '../../testing/batch-target.js';
import { destinationContract } from '../../testing/destination-contract.js';
import type { ContractRecord, DestinationServer } from '../../testing/destination-contract.js';
import { openTcpProxy } from '../../testing/tcp-proxy.js';
import nats from './index.js';
import { hasNats, openNats, whyNoNats } from './testing/nats-process.js';
import type { NatsProcess } from './testing/nats-process.js';

const never = new AbortController().signal;

/** What a stream holds, in its order. */
async function bodiesIn(server: NatsProcess, stream: string): Promise<Record<string, unknown>[]> {
  const { state } = await server.manager.streams.info(stream);
  const bodies: Record<string, unknown>[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
    const message = await server.manager.streams.getMessage(stream, { seq });
    bodies.push(message?.json() ?? {});
  }
  return bodies;
}

describe.skipIf(!hasNats)(`NATS${whyNoNats}`, () => {
  destinationContract(nats, openContractServer);
});

/** One message for each subject and no second one, so that a subject that has one refuses what comes. */
const onceEach: Partial<StreamConfig> = {
  max_msgs_per_subject: 1,
  discard: DiscardPolicy.New,
  discard_new_per_subject: true,
};

async function openContractServer(): Promise<DestinationServer> {
  const server = await openNats('people.>');
  const proxy = await openTcpProxy({ host: '127.0.0.1', port: server.port });
  const settings = { servers: [`127.0.0.1:${proxy.port}`], user: 'writer', tls: 'disable' };
  const isMessage = (request: string): boolean => /HPUB people\./.test(request);
  let objects = 0;
  const streamOf = (object: string): string => object.replace('.', '_');
  return {
    settings,
    secrets: { password: 'right' },
    absent: { ...settings, servers: ['127.0.0.1:1'] },
    wrongSecrets: { password: 'guessed' },
    makeObject: async () => {
      const name = `people.n${++objects}`;
      await server.manager.streams.add({
        name: streamOf(name),
        subjects: [`${name}.>`],
        ...onceEach,
      });
      await server.streams.publish(`${name}.eu.13`, '{"of":"somebody else"}');
      return { name, options: { tokens: '{{ region }}.{{ id }}' } };
    },
    isWhole: () => true,
    seed: async () => undefined,
    records: async (object) =>
      (await bodiesIn(server, streamOf(object)))
        .filter((body) => 'key' in body)
        .map(recordOf)
        .toSorted((a, b) => (`${a.region} ${a.id}` < `${b.region} ${b.id}` ? -1 : 1)),
    cut: async (_, when) =>
      when === 'before'
        ? proxy.cutBefore(isMessage)
        : proxy.cutAt((answer) => /"stream":"\w+",\s*"seq"/.test(answer)),
    hold: async () => {
      const { held, release } = proxy.hold(isMessage);
      return { held, release: async () => release() };
    },
    close: async () => {
      await proxy.close();
      await server.close();
    },
  };
}

function recordOf(body: Record<string, unknown>): ContractRecord {
  const { region, id, name, score } = Object.assign({}, body['key'], body['fields']) as Record<string, unknown>;
  const text = (value: unknown): string | null => (value === null ? null : String(value));
  return { region: String(region), id: String(id), name: text(name), score: text(score) };
} // prettier-ignore

describe.skipIf(!hasNats)(`subjects of NATS${whyNoNats}`, () => {
  let server: NatsProcess;
  let destination: DestinationConnection;
  const key: TargetField[] = [{ name: 'id', type: 'integer', nulls: 'send' }];
  const fields: TargetField[] = [
    { name: 'name', type: 'text', nulls: 'send' },
    { name: 'mrr', type: 'decimal', nulls: 'send' },
  ];

  beforeAll(async () => {
    server = await openNats('crm.>');
    destination = connect({});
  });
  afterAll(async () => {
    await destination.close();
    await server.close();
  });

  const connect = (settings: RawSettings): DestinationConnection =>
    nats.open({
      settings: readSettings(nats.settings, {
        servers: [`127.0.0.1:${server.port}`],
        user: 'writer',
        tls: 'disable',
        ...settings,
      }),
      secrets: { password: 'right', token: undefined, credentials: undefined },
    });
  const stream = (name: string, config: Partial<StreamConfig> = {}): Promise<unknown> =>
    server.manager.streams.add({ name, subjects: [`crm.${name}.>`, `crm.${name}`], ...config });
  const open = async (object: string, change: Partial<TargetRequest> = {}): Promise<Target> =>
    batchTarget(
      await destination.open(
        {
          object,
          mode: 'append',
          removal: 'nothing',
          key,
          fields,
          set: [],
          options: {},
          tag: { workspaceId: 'w', syncId: 's', runId: 'r' },
          lastCheck: () => undefined,
          ...change,
        },
        never,
      ),
    );
  const batchOf = (rows: (string | null)[][], change: Batch['change'] = 'added'): Batch =>
    makeBatch({
      kind: 'append',
      change,
      key,
      fields,
      lines: linesOf(rows),
      size: rows.length,
      attempt: 'r.1',
      from: 0,
    });
  const kindsOf = (outcomes: readonly Outcome[]): string[] =>
    outcomes.map((each) => ('failure' in each ? `${each.kind} ${each.failure.code}` : each.kind));

  it('publishes each row as one message with every digit, named for ever', async () => {
    await stream('digits');
    const target = await open('crm.digits');
    const batch = batchOf([['1', 'żółć "x"', '0.1000000000000000000001'], ['2', null, null]], 'removed'); // prettier-ignore
    expect(kindsOf(await target.deliver(batch, never))).toEqual(['accepted', 'accepted']);
    const first = await server.manager.streams.getMessage('digits', { seq: 1 });
    expect(first?.string()).toBe(
      '{"change":"removed","key":{"id":1},"fields":{"name":"żółć \\"x\\"","mrr":0.1000000000000000000001}}',
    );
    expect(first?.header.get('Nats-Msg-Id')).toBe('r.1.removed.0');
    // Sent again at once, the stream keeps no second one.
    expect(kindsOf(await target.deliver(batch, never))).toEqual(['accepted', 'accepted']);
    expect(await bodiesIn(server, 'digits')).toHaveLength(2);
    await target.close();
  });

  it('names the tokens of a subject by the row, and rejects what is none', async () => {
    await stream('tokens');
    const target = await open('crm.tokens', { options: { tokens: '{{ name }}.{{ id }}' } });
    const rows = ['de', 'a.b', '*', '>', 'a b', '', null].map((name, n) => [String(n), name, '1']);
    const bad = 'rejected destination.bad_token';
    const outcomes = kindsOf(await target.deliver(batchOf(rows), never));
    expect(outcomes).toEqual(['accepted', bad, bad, bad, bad, bad, bad]);
    const message = await server.manager.streams.getMessage('tokens', { seq: 1 });
    expect(message?.subject).toBe('crm.tokens.de.0');
    await target.close();
  });

  it('rejects a message that is too large for the server or the stream, and no other', async () => {
    await stream('small', { max_msg_size: 500 });
    const target = await open('crm.small');
    const rows = [['1', 'x'.repeat(9_000), null], ['2', 'x'.repeat(600), null], ['3', 'x', null]]; // prettier-ignore
    expect(kindsOf(await target.deliver(batchOf(rows), never))).toEqual([
      'rejected destination.rejected',
      'rejected destination.rejected',
      'accepted',
    ]);
    await target.close();
  });

  it('waits while the stream is full', async () => {
    await stream('full', { max_msgs: 1, discard: DiscardPolicy.New });
    const target = await open('crm.full');
    const outcomes = await target.deliver(batchOf([['1', 'a', null], ['2', 'b', null]]), never); // prettier-ignore
    expect(kindsOf(outcomes)).toEqual(['accepted', 'rejected destination.busy']);
    await server.manager.streams.purge('full');
    expect(kindsOf(await target.deliver(batchOf([['2', 'b', null]]), never))).toEqual(['accepted']);
    await target.close();
  });

  it('does not know what became of messages that a stream lets go of', async () => {
    await stream('short', { max_msgs: 1 });
    const target = await open('crm.short');
    await target.deliver(batchOf([['1', 'a', null], ['2', 'b', null]]), never); // prettier-ignore
    const recalled = await target.recall?.(batchOf([['1', 'a', null], ['2', 'b', null]]), never, new Date(0)); // prettier-ignore
    expect(recalled?.map((each) => each?.kind)).toEqual(['unknown', 'accepted']);
    await target.close();
  });

  it('stops where nothing keeps a message, or the user may not send one', async () => {
    await expect(open('crm.nowhere')).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'destination.object_missing',
    });
    await server.manager.streams.add({ name: 'foreign', subjects: ['foreign'] });
    const target = await open('foreign');
    await expect(target.deliver(batchOf([['1', 'a', null]]), never)).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'destination.forbidden',
    });
    await target.close();
  });

  it.each(['crm.*', 'crm.>', 'crm..x', 'crm x', ''])(
    'refuses "%s" as a subject',
    async (object) => {
      const refused = { kind: 'CONFIG', code: 'destination.bad_subject' };
      await expect(open(object)).rejects.toMatchObject(refused);
    },
  );

  it('lists the subjects that streams keep', async () => {
    await stream('listed');
    const names = (await destination.list?.([], never))?.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['crm.listed', 'crm.listed.>']));
    expect(await destination.list?.(['crm.listed'], never)).toEqual([]);
    await expect(destination.list?.(['crm.absent'], never)).rejects.toMatchObject({
      code: 'listing.missing',
    });
  });

  it('tells of the changes that the sync asks for', () => {
    const [{ appends }] = nats.objects as [(typeof nats.objects)[number]];
    expect(appends?.({})).toEqual(['added']);
    expect(appends?.({ changed: true, removed: true })).toEqual(['added', 'changed', 'removed']);
  });
});
