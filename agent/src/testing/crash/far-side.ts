import type pg from 'pg';
import type { Inbox } from './inbox.js';
import type { Crm } from './crm.js';
import type { Feed } from './feed.js';
import { rowText, rowsIn } from './tables.js';
import type { RowText } from './tables.js';

/** Something that the destination took. */
export interface Taken {
  id: string;
  /** Undefined when the record was removed. */
  row: RowText | undefined;
  /** Where the destination says why it was told. */
  change?: string;
}

/** The destination as it sees itself; the engine has no part in what is read here. */
export interface FarSide {
  records(): Promise<Map<string, RowText>>;
  /** Everything that was taken after the first `mark` operations, in order. */
  taken(mark?: number): Promise<Taken[]>;
}

export function tableSide(client: pg.Client, table: 'person' | 'event'): FarSide {
  return {
    records: () => rowsIn(client, table),
    taken: async (mark = 0) => {
      const { rows } = await client.query<{
        op: string;
        id: string;
        name: string | null;
        team: number | null;
      }>('select op, id, name, team from log order by seq offset $1', [mark]);
      return rows.map((row) => ({ id: row.id, row: row.op === 'delete' ? undefined : rowText(row) }));
    },
  }; // prettier-ignore
}

export function httpSide(inbox: Inbox): FarSide {
  return {
    records: async () => new Map(inbox.records),
    taken: async (mark = 0) =>
      inbox.log
        .slice(mark)
        .map(({ id, op, row }) => ({ id, row: op === 'delete' ? undefined : row })),
  };
}

/** Records are created there and never changed, so each is an operation that was taken. */
export function crmSide(crm: Crm): FarSide {
  const taken = (): { id: string; row: RowText }[] =>
    crm.records().map((record) => {
      const [id, name, team] = [record['PersonId__c'], record['Name__c'], record['Team__c']];
      const person = { id: String(id), name: (name ?? null) as string | null, team: (team ?? null) as number | null }; // prettier-ignore
      return { id: person.id, row: rowText(person) };
    });
  return {
    records: async () => new Map(taken().map(({ id, row }) => [id, row])),
    taken: async (mark = 0) => taken().slice(mark),
  };
}

/** Messages are all there is: the rows are those that somebody knows who has read them. */
export function feedSide(feed: Feed): FarSide {
  const taken = async (mark = 0): Promise<Taken[]> =>
    feed
      .messages()
      .slice(mark)
      .map(({ text }) => takenIn(text));
  return {
    records: async () => {
      const known = new Map<string, RowText>();
      for (const { id, row } of await taken())
        if (row === undefined) known.delete(id);
        else known.set(id, row);
      return known;
    },
    taken,
  };
}

function takenIn(text: string): Taken {
  const [change = '', id = '', name = '', team = ''] = text.split('¦');
  const row = JSON.stringify([id, name, team === '' ? null : team]);
  return { id, change, row: change === 'removed' ? undefined : row };
}
