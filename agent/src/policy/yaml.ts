import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Node } from 'yaml';

/** What is wrong, where, and what to do. Line and column count from 1. */
export interface Fault {
  line: number;
  column: number;
  message: string;
}

/** A node of the file, and where to point at when it is wrong. */
export interface At {
  node: Node | null;
  offset: number;
  file: YamlText;
}

/** Reads one node; `undefined` when a fault was told. */
export type Read<T> = (at: At) => T | undefined;

/** One document of YAML, without aliases: what a reviewer reads is what stands there. */
export class YamlText {
  readonly faults: Fault[] = [];
  private readonly lines = new LineCounter();
  private readonly document;

  constructor(written: string) {
    this.document = parseDocument(written, {
      lineCounter: this.lines,
      prettyErrors: false,
      uniqueKeys: false,
    });
    for (const { pos, message } of [...this.document.errors, ...this.document.warnings])
      this.tell(pos[0], `This is not valid YAML: ${message}`);
  }

  read<T>(read: Read<T>): T | undefined {
    if (this.faults.length > 0) return undefined;
    return read({ node: this.document.contents as Node | null, offset: 0, file: this });
  }

  tell(offset: number, message: string): undefined {
    const { line, col } = this.lines.linePos(offset);
    this.faults.push({ line: Math.max(line, 1), column: Math.max(col, 1), message });
  }
}

export const fault = ({ node, offset, file }: At, message: string): undefined =>
  file.tell(node?.range?.[0] ?? offset, message);

export function text(at: At): string | undefined {
  if (isScalar(at.node) && typeof at.node.value === 'string' && at.node.value.trim() !== '')
    return at.node.value;
  return fault(at, 'This must be a text; put it in quotes if it is one.');
}

export function wholeNumber({ least, most }: { least: number; most: number }): Read<number> {
  return (at) => {
    const value = isScalar(at.node) ? at.node.value : undefined;
    const fits = Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most;
    return fits
      ? Number(value)
      : fault(at, `This must be a whole number from ${least} to ${most}.`);
  };
}

export function oneOf<const T extends string | number>(choices: readonly T[]): Read<T> {
  return (at) => {
    const value = isScalar(at.node) ? at.node.value : undefined;
    return (
      choices.find((choice) => choice === value) ??
      fault(at, `This must be ${choices.length > 1 ? 'one of ' : ''}${choices.join(', ')}.`)
    );
  };
}

/** A list that names something: an empty one would read like a rule and be none. */
export function listOf<T>(read: Read<T>): Read<T[]> {
  return (at) => {
    if (!isSeq(at.node) || at.node.items.length === 0)
      return fault(at, 'This must be a list with something in it, such as [a, b].');
    const values = at.node.items.map((item) => read({ ...at, node: item as Node }));
    return allThere(values);
  };
}

/** Refuses what does not fit, in the words of `message`. */
export function fitting<T>(read: Read<T>, fits: (value: T) => boolean, message: string): Read<T> {
  return (at) => {
    const value = read(at);
    if (value === undefined || fits(value)) return value;
    return fault(at, message);
  };
}

interface Key<T> {
  read: Read<T>;
  isRequired: boolean;
}

export const required = <T>(read: Read<T>): Key<T> & { isRequired: true } => ({
  read,
  isRequired: true,
});
export const optional = <T>(read: Read<T>): Key<T> & { isRequired: false } => ({
  read,
  isRequired: false,
});

type Keys = Readonly<Record<string, Key<unknown>>>;
export type Shape<K extends Keys> = {
  [N in keyof K]: K[N] extends { read: Read<infer T>; isRequired: infer R }
    ? R extends true
      ? T
      : T | undefined
    : never;
};

/** A map with these keys and no others. Every key is read, whatever is wrong with the others. */
export function shape<K extends Keys>(keys: K): Read<Shape<K>> {
  return (at) => {
    const told = at.file.faults.length;
    const there = entriesOf(at, Object.keys(keys));
    const values = Object.entries(keys).map(([name, { read, isRequired }]) => {
      const entry = there?.get(name);
      if (there && !entry && isRequired) fault(at, `"${name}" is missing here. Add it.`);
      return [name, entry && read(entry)] as const;
    });
    if (at.file.faults.length > told) return undefined;
    return Object.fromEntries(values) as Shape<K>;
  };
}

function entriesOf(at: At, known: readonly string[]): Map<string, At> | undefined {
  if (!isMap(at.node))
    return fault(
      at,
      isAlias(at.node)
        ? 'Write this out: a policy has no aliases.'
        : `This must be a map with the keys ${known.join(', ')}.`,
    );
  const entries = new Map<string, At>();
  for (const { key, value } of at.node.items) {
    const name = isScalar(key) ? String(key.value) : '';
    const place = { ...at, node: key as Node | null };
    if (!known.includes(name))
      fault(place, `"${name}" is no key here. Known are ${known.join(', ')}. Mend or remove it.`);
    else if (entries.has(name)) fault(place, `"${name}" stands here twice. Keep one of them.`);
    const offset = (key as Node | null)?.range?.[0] ?? at.offset;
    entries.set(name, { ...at, node: value as Node | null, offset });
  }
  return entries;
}

function allThere<T>(values: readonly (T | undefined)[]): T[] | undefined {
  const there = values.filter((value) => value !== undefined);
  return there.length === values.length ? there : undefined;
}
