import { Failure } from '../failure.js';

/** Something that a person can choose by its name; names and types only, never a value of a row. */
export interface Listed {
  /** As the configuration writes it. */
  name: string;
  /** The system's own name for people, where it has one. */
  label?: string;
  kind:
    'database' | 'schema' | 'table' | 'view' | 'object' | 'column' | 'field' | 'channel' | 'key';
  /** Of a column or field: the system's own name of its type. */
  type?: string;
  /** A new record can't be without it. */
  isRequired?: boolean;
  /** Records can be found by it. */
  isKey?: boolean;
}

/**
 * What is inside of what `path` names, from the outside in; nothing named: the outermost there is. A source: databases or
 * schemas, tables and views, columns; the names of a path, joined by dots, are a model's `table`. A destination: objects,
 * then fields. At most 10,000 and one more, which says that there are; by name, columns and fields in the order that the
 * system has them in. A path that is not there is CONFIG `listing.missing`. Never retries, and lets go of everything when
 * it is aborted.
 */
export type List = (path: readonly string[], signal: AbortSignal) => Promise<readonly Listed[]>;

/** Nothing has that name, or this user may not see it. */
export function missing(path: readonly string[]): Failure {
  return new Failure(
    'CONFIG',
    'listing.missing',
    'There is nothing of that name, or the connection’s user may not see it.',
    { detail: path.join(' / ') },
  );
}
