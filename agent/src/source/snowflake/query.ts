import type { RowStream, SourceQuery } from '../../connector/source.js';
import { columnsOf, fromOf, selectOf } from './model.js';
import { byOwnRole, pinSession, textForm } from './pinned.js';
import { Session } from './session.js';
import type { SignIn } from './driver/protocol.js';

export interface Querying {
  signIn: SignIn;
  /** In seconds; 0 is the warehouse's own longest, a week. */
  statementTimeout: number;
  signal: AbortSignal;
}

/** Signs in and has the query described; it runs when its rows are asked for. */
export async function openQuery(query: SourceQuery, querying: Querying): Promise<RowStream> {
  const { session, columns, form, sql } = await openModel(query, querying);
  return {
    columns,
    form,
    chunks: chunksOf(session, sql, columns.length),
    close: () => session.close(),
  };
}

interface Opened extends Pick<RowStream, 'columns' | 'form'> {
  session: Session;
  /** Gives the columns as canonical texts. */
  sql: string;
}

export async function openModel(query: SourceQuery, querying: Querying): Promise<Opened> {
  const { signIn, statementTimeout, signal } = querying;
  const session = await Session.open(signIn, signal);
  try {
    await session.run(byOwnRole);
    await session.run(pinSession(statementTimeout));
    const [version] = await session.run('select current_version() as "version"');
    const there = await session.describe(`select * ${fromOf(query)}`);
    const columns = columnsOf(query, there);
    return {
      session,
      columns: columns.map(({ name, type, vendorType }) => ({ name, type, vendorType })),
      form: textForm(String(version?.['version'] ?? '')),
      sql: selectOf(query, columns, there),
    };
  } catch (error) {
    await session.close();
    signal.throwIfAborted();
    throw error;
  }
}

async function* chunksOf(
  session: Session,
  sql: string,
  columns: number,
): AsyncGenerator<Uint8Array> {
  try {
    yield* session.read(sql, columns);
  } finally {
    await session.close();
  }
}
