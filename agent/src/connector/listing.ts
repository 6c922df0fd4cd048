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
 * schemas, tables and views, columns. A destination: objects, then fields. At most 10,000; by name. A path that is not
 * there is CONFIG `listing.missing`.
 */
export type List = (path: readonly string[], signal: AbortSignal) => Promise<readonly Listed[]>;
