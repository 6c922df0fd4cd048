// What in a migration's SQL would break programs of the version before, which go on with the new schema for a while.

export interface Migration {
  name: string;
  sql: string;
}

export interface Breaking {
  migration: string;
  /** What it does, for people. */
  what: string;
  statement: string;
  /** Of `-- gone since 1.2.0`, in the comments before the statement: the first version that did without. */
  goneSince: string | undefined;
}

/** Judged clause by clause: ALTER TABLE may have several. */
const clauses: readonly [RegExp, string][] = [
  [/\bDROP (TABLE|(MATERIALIZED )?VIEW|FUNCTION|PROCEDURE|TYPE|SEQUENCE)\b/i, 'removes'],
  [
    /\bDROP (COLUMN\b|(?!CONSTRAINT|DEFAULT|NOT|EXPRESSION|IDENTITY|INDEX|TRIGGER|POLICY)(IF EXISTS )?")/i,
    'removes a column',
  ],
  [/\bRENAME (?!CONSTRAINT)/i, 'renames'],
  [/\bALTER (COLUMN )?\S+ (SET DATA )?TYPE\b/i, 'changes a type'],
  [/\bALTER (COLUMN )?\S+ SET NOT NULL\b/i, 'refuses rows that were well'],
  [/\bALTER (COLUMN )?\S+ DROP DEFAULT\b/i, 'wants a value that nobody gives'],
  [
    /\bADD (COLUMN )?(?!CONSTRAINT\b|CHECK\b|UNIQUE\b|FOREIGN\b|PRIMARY\b)(?!.*\b(DEFAULT|GENERATED)\b).*\bNOT NULL\b/i,
    'wants a value that nobody gives',
  ],
  [
    /\bADD (CONSTRAINT \S+ )?(CHECK|UNIQUE|EXCLUDE|FOREIGN|PRIMARY)\b/i,
    'refuses rows that were well',
  ],
  [/\bCREATE UNIQUE INDEX\b/i, 'refuses rows that were well'],
  [
    /\bCREATE (OR REPLACE )?(CONSTRAINT )?(TRIGGER|RULE|POLICY)\b/i,
    'may refuse rows that were well',
  ],
  [/\bREVOKE\b/i, 'takes a right away'],
];

/** In the order in which migrations are applied: what one makes, a later one may remove. */
export function breakingStatements(migrations: readonly Migration[]): Breaking[] {
  const uniques = new Set<string>();
  return migrations.flatMap(({ name, sql }) => {
    const statements = statementsIn(sql);
    const own = new Set(statements.flatMap(tablesMadeBy));
    const empty = new Set(statements.flatMap(emptyColumnsMadeBy));
    const found = statements.flatMap(({ text, goneSince }) =>
      isOnOwnTable(text, own) || isOverEmptyColumn(text, empty)
        ? []
        : whatBreaks(text, uniques).map((what) => ({
            migration: name,
            what,
            statement: text.slice(0, 200),
            goneSince,
          })),
    );
    for (const { text } of statements) for (const unique of uniquesIn(text)) uniques.add(unique);
    return found;
  });
}

interface Statement {
  text: string;
  goneSince: string | undefined;
}

/** Migrations are taken apart at each semicolon, as the engine does. */
function statementsIn(sql: string): Statement[] {
  const lines = sql.split('\n');
  // A semicolon in a comment ends nothing.
  const marked = lines.map((line) => (/^\s*--/.test(line) ? line.replaceAll(';', ',') : line));
  return marked
    .join('\n')
    .split(';')
    .map((piece) => ({
      text: piece.replaceAll(/--.*$/gm, '').replaceAll(/\s+/g, ' ').trim(),
      goneSince: /^\s*-- gone since (\d+\.\d+\.\d+)\b/m.exec(piece)?.[1],
    }))
    .filter(({ text }) => text !== '');
}

const tablesMadeBy = ({ text }: Statement): string[] =>
  [...text.matchAll(/\bCREATE (?:TABLE|VIEW)(?: IF NOT EXISTS)? ("[^"]+"|\S+)/gi)].map(
    ([, table = '']) => table,
  );

/** What nobody knew before can break nobody. */
function isOnOwnTable(text: string, own: ReadonlySet<string>): boolean {
  const [, table = ''] =
    /^ALTER TABLE (?:ONLY )?("[^"]+"|\S+)/i.exec(text) ??
    /^CREATE .*? ON ("[^"]+"|[^\s(]+)/i.exec(text) ??
    [];
  return own.has(table) && !/\bRENAME TO\b/i.test(text);
}

/** Those that are null in each row that an old program writes. */
const emptyColumnsMadeBy = ({ text }: Statement): string[] =>
  [...text.matchAll(/\bADD COLUMN ("[^"]+"|\w+) ([^,]*)/gi)].flatMap(
    ([, column = '', type = '']) => (/\b(NOT NULL|DEFAULT)\b/i.test(type) ? [] : [column]),
  );

/** A foreign key and a unique index hold no row that is null in one of their columns. */
function isOverEmptyColumn(text: string, empty: ReadonlySet<string>): boolean {
  const [, columns = ''] =
    /^ALTER TABLE \S+ ADD CONSTRAINT \S+ FOREIGN KEY \(([^)]*)\)/i.exec(text) ??
    /^CREATE UNIQUE INDEX \S+ ON [^(]*\(([^)]*)\)/i.exec(text) ??
    [];
  return columns.split(',').some((column) => empty.has(column.trim()));
}

function whatBreaks(text: string, uniques: ReadonlySet<string>): string[] {
  const parts = /^ALTER TABLE/i.test(text) ? text.split(/, (?=(?:ADD|ALTER|DROP) )/i) : [text];
  return parts.flatMap((part) => {
    const [, dropped = ''] =
      /\bDROP (?:CONSTRAINT|INDEX)(?: IF EXISTS)? "([^"]+)"/i.exec(part) ?? [];
    if (uniques.has(dropped) || dropped.endsWith('_pkey'))
      return ['removes what ON CONFLICT needs'];
    return clauses.flatMap(([pattern, what]) => (pattern.test(part) ? [what] : [])).slice(0, 1);
  });
}

const uniquesIn = (text: string): string[] =>
  [...text.matchAll(/\bCREATE UNIQUE INDEX "([^"]+)"|\bCONSTRAINT "([^"]+)" UNIQUE/gi)].map(
    ([, index, constraint]) => index ?? constraint ?? '',
  );
