/**
 * A value that remembers which of its fields were looked at. A compiled schema looks at each field that it knows, so what
 * nobody looked at is a field that the schema does not have.
 */
export function watched<Root extends object>(root: Root): { value: Root; unread: () => string[] } {
  const reads = new Map<object, Set<PropertyKey> | 'all'>();
  const watch = (target: object): object => {
    reads.set(target, new Set());
    return new Proxy(target, {
      get: (of, name, receiver) => {
        const seen = reads.get(of);
        if (seen !== 'all') seen?.add(name);
        const value: unknown = Reflect.get(of, name, receiver);
        return typeof value === 'object' && value !== null ? proxied(value) : value;
      },
      // Whoever goes through all keys has a schema for each value, as for a map of labels.
      ownKeys: (of) => {
        reads.set(of, 'all');
        return Reflect.ownKeys(of);
      },
    });
  };
  const proxies = new Map<object, object>();
  const proxied = (target: object): object => {
    const known = proxies.get(target) ?? watch(target);
    proxies.set(target, known);
    return known;
  };
  return { value: proxied(root) as Root, unread: () => unreadIn(root, '', reads) };
}

function unreadIn(
  value: object,
  path: string,
  reads: ReadonlyMap<object, ReadonlySet<PropertyKey> | 'all'>,
): string[] {
  const seen = reads.get(value);
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    const at = `${path}/${name}`;
    if (!Array.isArray(value) && seen !== 'all' && !seen?.has(name)) return [at];
    return typeof inner === 'object' && inner !== null ? unreadIn(inner, at, reads) : [];
  });
}
