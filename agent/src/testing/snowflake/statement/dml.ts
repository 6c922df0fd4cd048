import { quoteName } from '../../../duck/duck.js';
import { fixedColumn } from '../result/columns.js';
import { typeHeldAs } from '../sql/held-types.js';
import { closingOf, isMark, isWord, partsOf } from '../sql/tokens.js';
import type { Token } from '../sql/tokens.js';
import type { Translation } from '../sql/translate.js';
import { aliasAt } from '../sql/translate.js';
import { castTo } from '../sql/types.js';
import { columnsOfTable, demand, objectAt, sqlOf, wholeOf } from './names.js';
import type { ObjectName } from './names.js';
import { demandReading } from './select.js';
import type { Context, Outcome } from './statement.js';
import { types } from './statement.js';

type Held = readonly { name: string; held: string }[];

const counts = (statementTypeId: number, rows: Readonly<Record<string, number>>): Outcome => ({
  kind: 'rows',
  columns: Object.keys(rows).map(fixedColumn),
  rows: [Object.values(rows).map(String)],
  statementTypeId,
});

export async function insert(context: Context): Promise<Outcome> {
  const { tokens, connection } = context;
  const isOverwrite = isWord(tokens[1], 'OVERWRITE');
  if (isWord(tokens[isOverwrite ? 2 : 1], 'ALL')) return insertAll(context);
  const start = tokens.findIndex((token) => isWord(token, 'INTO')) + 1;
  const { object, next } = objectAt(context, isWord(tokens[start], 'TABLE') ? start + 1 : start);
  await demand(context, ['TABLE'], wholeOf(object), ['INSERT']);
  const { columns, next: from } = await targets(context, object, next);
  if (isOverwrite) await connection.run(`DELETE FROM ${sqlOf(object)}`);
  const { rowsChanged } = await connection.run(
    await insertSql(context, object, columns, tokens.slice(from)),
  );
  return counts(types.insert, { 'number of rows inserted': rowsChanged });
}

async function insertSql(
  context: Context,
  object: ObjectName,
  columns: Held,
  source: readonly Token[],
): Promise<string> {
  const into = `INSERT INTO ${sqlOf(object)} (${columns.map(({ name }) => quoteName(name)).join(', ')})`;
  const query = isWord(source[0], 'VALUES')
    ? valuesOf(context, source)
    : context.translation.sqlOf(source);
  if (source.some((token) => isWord(token, 'DEFAULT'))) return `${into} ${query}`;
  await demandReading(context, query);
  const casts = columns.map(({ held }, n) => castTo(typeHeldAs(held), `v${n}`));
  return `${into} SELECT ${casts.join(', ')} FROM (${query}) AS given(${columns.map((_, n) => `v${n}`).join(', ')})`;
}

/** Binds that are arrays repeat the row. */
function valuesOf(context: Context, source: readonly Token[]): string {
  const row = (translation: Translation): string =>
    partsOf(source.slice(1), ',')
      .map(
        (part) =>
          `(${partsOf(part.slice(1, -1), ',')
            .map((item) => translation.sqlOf(item))
            .join(', ')})`,
      )
      .join(', ');
  const rows =
    context.bindRows.length > 1
      ? context.bindRows.map((binds) => row(context.withBinds(binds)))
      : [row(context.translation)];
  return `VALUES ${rows.join(', ')}`;
}

async function targets(
  context: Context,
  object: ObjectName,
  at: number,
): Promise<{ columns: Held; next: number }> {
  const all = await columnsOfTable(context, object);
  const { tokens } = context;
  if (!isMark(tokens[at], '(') || isWord(tokens[at + 1], 'SELECT', 'WITH'))
    return { columns: all, next: at };
  const close = closingOf(tokens, at);
  const columns = partsOf(tokens.slice(at + 1, close), ',').map(([token]) => {
    const name = token?.text ?? '';
    return all.find((column) => column.name === name) ?? { name, held: 'VARCHAR' };
  });
  return { columns, next: close + 1 };
}

/** `INSERT ALL INTO a INTO b SELECT …`, without conditions: every row goes into each table. */
async function insertAll(context: Context): Promise<Outcome> {
  const { tokens, connection } = context;
  const select = tokens.findIndex((token) => isWord(token, 'SELECT'));
  const found: Record<string, number> = {};
  for (let at = 0; at < select; at += 1) {
    if (!isWord(tokens[at], 'INTO')) continue;
    const { object, next } = objectAt(context, at + 1);
    await demand(context, ['TABLE'], wholeOf(object), ['INSERT']);
    const { columns } = await targets(context, object, next);
    const sql = await insertSql(context, object, columns, tokens.slice(select));
    found[`number of rows inserted into ${object.name}`] = (await connection.run(sql)).rowsChanged;
  }
  return counts(types.multiInsert, found);
}

export async function update(context: Context): Promise<Outcome> {
  const { tokens, translation, connection } = context;
  const { object, next } = objectAt(context, 1);
  await demand(context, ['TABLE'], wholeOf(object), ['UPDATE']);
  const alias = isWord(tokens[next], 'SET') ? undefined : aliasAt(tokens, next);
  const set = tokens.findIndex((token) => isWord(token, 'SET'));
  const end = endOf(tokens, set + 1, 'FROM', 'WHERE');
  const where = endOf(tokens, end, 'WHERE');
  const name = alias?.name ?? quoteName(object.name);
  const from = isWord(tokens[end], 'FROM')
    ? `FROM ${translation.sqlOf(tokens.slice(end + 1, where))}`
    : '';
  const columns = await columnsOfTable(context, object);
  const list = assignments(translation, columns, tokens.slice(set + 1, end));
  const condition = translation.sqlOf(tokens.slice(where));
  const [updated, multiJoined] = from
    ? await joined(
        context,
        `SELECT ${name}.rowid ${from}, ${sqlOf(object)} AS ${name} ${condition}`,
      )
    : [undefined, 0];
  const { rowsChanged } = await connection.run(
    `UPDATE ${sqlOf(object)} AS ${name} SET ${list} ${from} ${condition}`,
  );
  return counts(types.update, {
    'number of rows updated': updated ?? rowsChanged,
    'number of multi-joined rows updated': multiJoined,
  });
}

/** How many rows a join would update, and how many of them it has found more than once. */
async function joined({ connection }: Context, rowids: string): Promise<[number, number]> {
  const reader = await connection.runAndReadAll(
    `SELECT count(*), count(*) FILTER (found > 1) FROM (SELECT id, count(*) AS found FROM (${rowids}) AS matched(id) GROUP BY id)`,
  );
  const [updated, multiJoined] = reader.getRowsJS()[0] ?? [];
  return [Number(updated), Number(multiJoined)];
}

function assignments(translation: Translation, columns: Held, tokens: readonly Token[]): string {
  return partsOf(tokens, ',')
    .map((part) => {
      const equals = part.findIndex((token) => isMark(token, '='));
      const name = part[equals - 1]?.text ?? '';
      const column = columns.find((one) => one.name === name);
      const sql = translation.sqlOf(part.slice(equals + 1));
      return `${quoteName(name)} = ${column ? castTo(typeHeldAs(column.held), sql) : sql}`;
    })
    .join(', ');
}

export async function remove(context: Context): Promise<Outcome> {
  const { tokens, translation, connection } = context;
  const { object, next } = objectAt(context, isWord(tokens[1], 'FROM') ? 2 : 1);
  await demand(context, ['TABLE'], wholeOf(object), ['DELETE']);
  const { rowsChanged } = await connection.run(
    `DELETE FROM ${sqlOf(object)} ${translation.sqlOf(tokens.slice(next))}`,
  );
  return counts(types.delete, { 'number of rows deleted': rowsChanged });
}

export async function merge(context: Context): Promise<Outcome> {
  const { tokens, translation, connection } = context;
  const { object, next } = objectAt(context, 2);
  await demand(context, ['TABLE'], wholeOf(object), ['INSERT', 'UPDATE']);
  const columns = await columnsOfTable(context, object);
  const first = endOf(tokens, next, 'WHEN');
  const clauses = clausesOf(tokens, first).map((clause) => clauseSql(translation, columns, clause));
  const reader = await connection.runAndReadAll(
    `MERGE INTO ${sqlOf(object)} ${isWord(tokens[next], 'USING') ? `AS ${quoteName(object.name)}` : ''} ${translation.sqlOf(tokens.slice(next, first))} ${clauses.join(' ')} RETURNING merge_action`,
  );
  const actions = reader.getRowsJS().map(([action]) => action);
  const of = (action: string): number => actions.filter((one) => one === action).length;
  const has = (word: string): boolean => tokens.slice(first).some((token) => isWord(token, word));
  return counts(types.merge, {
    ...(has('INSERT') && { 'number of rows inserted': of('INSERT') }),
    ...(has('UPDATE') && { 'number of rows updated': of('UPDATE') }),
    ...(has('DELETE') && { 'number of rows deleted': of('DELETE') }),
  });
}

function clausesOf(tokens: readonly Token[], first: number): Token[][] {
  const clauses: Token[][] = [];
  for (let at = first; at < tokens.length;) {
    const end = endOf(tokens, at + 1, 'WHEN');
    clauses.push(tokens.slice(at, end));
    at = end;
  }
  return clauses;
}

function clauseSql(translation: Translation, columns: Held, clause: readonly Token[]): string {
  const then = endOf(clause, 0, 'THEN');
  const head = translation.sqlOf(clause.slice(0, then + 1));
  if (isWord(clause[then + 1], 'UPDATE'))
    return `${head} UPDATE SET ${assignments(translation, columns, clause.slice(then + 3))}`;
  if (!isWord(clause[then + 1], 'INSERT')) return translation.sqlOf(clause);
  const values = endOf(clause, then, 'VALUES');
  const names = isMark(clause[then + 2], '(')
    ? partsOf(clause.slice(then + 3, values - 1), ',').map((part) => part.at(-1)?.text ?? '')
    : columns.map(({ name }) => name);
  const sql = partsOf(clause.slice(values + 2, -1), ',').map((part, n) => {
    const column = columns.find(({ name }) => name === names[n]);
    return column
      ? castTo(typeHeldAs(column.held), translation.sqlOf(part))
      : translation.sqlOf(part);
  });
  return `${head} INSERT (${names.map(quoteName).join(', ')}) VALUES (${sql.join(', ')})`;
}

/** Where one of the words stands in no parentheses, or the end. */
export function endOf(tokens: readonly Token[], from: number, ...words: string[]): number {
  let depth = 0;
  for (let at = from; at < tokens.length; at += 1) {
    if (isMark(tokens[at], '(', '[')) depth += 1;
    else if (isMark(tokens[at], ')', ']')) depth -= 1;
    else if (depth === 0 && isWord(tokens[at], ...words)) return at;
  }
  return tokens.length;
}
