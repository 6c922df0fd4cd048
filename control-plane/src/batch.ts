/**
 * Against a statement for each row of a list: fields of one request that want the same kind of thing at the same moment are
 * loaded together. It remembers nothing, so nobody reads what is old.
 */
export class Batch<Scope extends object, Key, Value> {
  private readonly gathered = new WeakMap<Scope, Wanted<Key, Value>[]>();

  /** `load` answers each key, in order. A scope is one request: what two of them want is never mixed. */
  constructor(
    private readonly load: (scope: Scope, keys: readonly Key[]) => Promise<readonly Value[]>,
  ) {}

  of(scope: Scope, key: Key): Promise<Value> {
    const wanted = this.gathered.get(scope) ?? [];
    if (wanted.length === 0) {
      this.gathered.set(scope, wanted);
      // By then every field of this depth has been asked for.
      setImmediate(() => void this.settle(scope, wanted));
    }
    return new Promise((resolve, reject) => wanted.push({ key, resolve, reject }));
  }

  private async settle(scope: Scope, wanted: readonly Wanted<Key, Value>[]): Promise<void> {
    this.gathered.delete(scope);
    try {
      const values = await this.load(
        scope,
        wanted.map(({ key }) => key),
      );
      wanted.forEach(({ resolve }, place) => resolve(values[place] as Value));
    } catch (error) {
      for (const { reject } of wanted) reject(error);
    }
  }
}

interface Wanted<Key, Value> {
  key: Key;
  resolve: (value: Value) => void;
  reject: (error: unknown) => void;
}
