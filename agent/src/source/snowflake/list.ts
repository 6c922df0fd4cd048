import type { Listed } from '../../connector/listing.js';
import { Failure } from '../../failure.js';
import type { SignIn } from './driver/protocol.js';
import { ownName, quoteIdentifier } from './name.js';
import { byOwnRole } from './pinned.js';
import { Session } from './session.js';
import { textColumnOf } from './value.js';

/** What is told at most, which is also all that a SHOW gives. */
const most = 10_000;

/** Databases, then schemas, then tables and views, then columns. None of it needs a virtual warehouse. */
export async function listIn(
  path: readonly string[],
  signIn: SignIn,
  signal: AbortSignal,
): Promise<readonly Listed[]> {
  const session = await Session.open(signIn, signal);
  try {
    await session.run(byOwnRole);
    const listed = await list(session, path);
    return listed.toSorted((a, b) => (a.name < b.name ? -1 : 1)).slice(0, most);
  } catch (error) {
    throw missing(error);
  } finally {
    await session.close();
  }
}

async function list(session: Session, path: readonly string[]): Promise<Listed[]> {
  const place = path.map((part) => quoteIdentifier(ownName(part))).join('.');
  switch (path.length) {
    case 0:
      return named(await session.run('show terse databases'), () => 'database');
    case 1:
      return named(await session.run(`show terse schemas in database ${place}`), () => 'schema');
    case 2:
      return named(await session.run(`show terse objects in schema ${place}`), kindOf);
    case 3:
      return (await session.describe(`select * from ${place}`)).map((column) => ({
        name: column.name,
        kind: 'column',
        type: textColumnOf(column).vendorType,
      }));
    default:
      throw notThere(path.join('.'));
  }
}

type Row = Readonly<Record<string, unknown>>;

function named(rows: readonly Row[], kind: (row: Row) => Listed['kind']): Listed[] {
  return rows.map((row) => ({ name: writtenName(String(row['name'])), kind: kind(row) }));
}

const kindOf = (row: Row): Listed['kind'] =>
  String(row['kind']).includes('VIEW') ? 'view' : 'table';

/** As the configuration has to write it. */
function writtenName(own: string): string {
  return ownName(own) === own && !own.includes('.') ? own : quoteIdentifier(own);
}

function missing(error: unknown): unknown {
  const isMissing =
    error instanceof Failure && ['2003', '2043'].includes(error.vendorCode.replace(/^0+/, ''));
  return isMissing ? notThere(error.detail ?? '') : error;
}

function notThere(detail: string): Failure {
  return new Failure('CONFIG', 'listing.missing', 'There is no such place to look into.', {
    detail,
  });
}
