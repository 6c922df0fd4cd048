/** Executions after which a statement counts as hot. */
const hotAfter = 20;
/** The server keeps a plan of each, on each connection. */
const mostNamed = 64;
/** What is counted, at most; a text that names how many values it takes comes in any number of forms. */
const mostCounted = 1_000;

/**
 * Names for the statements that come again and again, such as claims and heartbeats: the server then plans them once a
 * connection rather than each time, which takes as long as doing them. A pooler may lend each statement another
 * connection, so behind one nothing is named.
 */
export class HotStatements {
  private readonly names = new Map<string, string>();
  private readonly counts = new Map<string, number>();

  /** An empty one leaves the statement without, and so does one that takes no values: BEGIN needs no plan. */
  nameOf = ({ sql, args }: { sql: string; args: readonly unknown[] }): string => {
    if (args.length === 0) return '';
    const known = this.names.get(sql) ?? '';
    if (known || this.names.size >= mostNamed) return known;
    const count = (this.counts.get(sql) ?? 0) + 1;
    if (count < hotAfter) {
      if (this.counts.size >= mostCounted) this.counts.clear();
      this.counts.set(sql, count);
      return '';
    }
    const name = `drawbridge_${this.names.size + 1}`;
    this.counts.delete(sql);
    this.names.set(sql, name);
    return name;
  };
}
