/** A name as an SQL identifier that is taken as it is written. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as an SQL literal, in which a backslash is an escape too. */
export function quoteText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** What Snowflake takes without quotes, in upper case. */
const plain = /^[A-Za-z_][A-Za-z0-9_$]*$/;

/** `database.schema.table`, with quotes where the configuration has them; what needs them gets them. */
export function quoteTable(name: string): string {
  const parts = name.match(/"(?:[^"]|"")*"|[^.]+/g) ?? [];
  return parts
    .map((part) => (part.startsWith('"') || plain.test(part) ? part : quoteIdentifier(part)))
    .join('.');
}

/** The parts of such a name, as the warehouse has them. */
export function partsOf(name: string): string[] {
  const parts = name.match(/"(?:[^"]|"")*"|[^.]+/g) ?? [];
  return parts.map(ownName);
}

/** What the configuration writes, as the warehouse has it: in upper case unless it is quoted. */
export function ownName(part: string): string {
  if (part.startsWith('"')) return part.slice(1, -1).replaceAll('""', '"');
  return plain.test(part) ? part.toUpperCase() : part;
}
