import { openHttpReceiver } from '../http-receiver.js';
import type { HttpReceiver, Received } from '../http-receiver.js';

/** One accepted operation on a record of the HTTP destination. */
export interface Entry {
  id: string;
  op: 'put' | 'delete' | 'post';
  /** What the record is now; empty when it was removed. */
  row: string;
}

/** An HTTP endpoint that keeps records, and a log of everything it took. */
export interface Inbox {
  url: string;
  receiver: HttpReceiver;
  records: Map<string, string>;
  log: Entry[];
  /** Forgets everything. */
  clear(): void;
  close(): Promise<void>;
}

/** `PUT person/ID` and `DELETE person/ID` are safe to repeat; `POST event` with an array of rows is not. */
export async function openInbox(): Promise<Inbox> {
  const records = new Map<string, string>();
  const log: Entry[] = [];
  const receiver = await openHttpReceiver((request) => {
    for (const entry of entriesOf(request)) {
      log.push(entry);
      if (entry.op === 'delete') records.delete(entry.id);
      else records.set(entry.id, entry.row);
    }
    return { status: 200, body: '{}' };
  });
  return {
    url: receiver.url,
    receiver,
    records,
    log,
    clear: () => {
      records.clear();
      log.length = 0;
      receiver.received.length = 0;
    },
    close: () => receiver.close(),
  };
}

function entriesOf({ method, url, body }: Received): Entry[] {
  const id = /^\/person\/(\d+)$/.exec(url)?.[1];
  if (id !== undefined)
    return [
      method === 'DELETE' ? { id, op: 'delete', row: '' } : { id, op: 'put', row: textOf(body) },
    ];
  const rows = JSON.parse(body) as { id: number }[];
  return rows.map((row) => ({
    id: String(row.id),
    op: 'post',
    row: textOf(JSON.stringify(row)),
  }));
}

/** As the databases print a row in `table.ts`. */
function textOf(body: string): string {
  const { id, name, team } = JSON.parse(body) as { id: number; name: string; team: number | null };
  return JSON.stringify([String(id), name, team === null ? null : String(team)]);
}
