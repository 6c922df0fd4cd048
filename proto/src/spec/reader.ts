import { isMap, isScalar, isSeq, type Node, type Scalar } from 'yaml';
import { didYouMean } from './near-name.js';
import type { At } from './yaml-file.js';

/** Reads one node. Undefined: a problem was reported, and reading goes on elsewhere. */
export type Reader<T> = (at: At) => Read<T>;
export type Read<T> = { value: T } | undefined;

/** A key of a map: how its value is read, and what stands for it when it is left out. */
export interface Property<T> {
  read: Reader<T>;
  absent: (at: At, name: string) => Read<T>;
}

export const required = <T>(read: Reader<T>): Property<T> => ({
  read,
  absent: (at, name) =>
    at.file.report(
      { ...at, path: [...at.path, name] },
      'spec.missing',
      `"${name}" is missing here. Add it.`,
    ),
});

export const optional = <T, const D>(read: Reader<T>, absent: D): Property<T | D> => ({
  read,
  absent: () => ({ value: absent }),
});

type Properties = Readonly<Record<string, Property<unknown>>>;
export type Shape<P extends Properties> = {
  [N in keyof P]: P[N] extends Property<infer T> ? T : never;
};

/** A map with known keys. Every key is read, whatever is wrong with the others. */
export function shape<P extends Properties>(properties: P): Reader<Shape<P>> {
  const names = Object.keys(properties);
  return (at) => {
    const items = itemsOf(at);
    if (!items) return undefined;
    const unknown = items.filter((item) => !names.includes(item.name));
    unknown.forEach((item) => refuseKey(item, names));
    const read = Object.entries(properties).map(([name, property]) => {
      const item = items.find((candidate) => candidate.name === name);
      return [name, item ? property.read(item.at) : property.absent(at, name)] as const;
    });
    const entries = read.flatMap(([name, value]) => (value ? [[name, value.value] as const] : []));
    if (unknown.length > 0 || entries.length < read.length) return undefined;
    return { value: Object.fromEntries(entries) as Shape<P> };
  };
}

/** A map whose keys are names of the person's own. */
export function listByName<T>(
  read: Reader<T>,
  readName: Reader<string> = nameOf,
): Reader<[string, T][]> {
  return (at) => {
    const items = itemsOf(at);
    const values = items?.map((item) => {
      const name = readName({ ...item.at, node: item.at.key ?? null });
      const value = read(item.at);
      return name && value && ([name.value, value.value] as [string, T]);
    });
    return values && allOf(values);
  };
}

export function listOf<T>(read: Reader<T>): Reader<T[]> {
  return (at) => {
    const node = at.file.resolve(at.node);
    if (!isSeq(node)) return wrongType(at, 'a list, such as [a, b]');
    const values = node.items.map((item, index) =>
      read({ file: at.file, node: item as Node, path: [...at.path, String(index)] }),
    );
    return allOf(values.map((value) => value?.value));
  };
}

/** Reads, then turns or refuses what was read. */
export function mapped<T, U>(read: Reader<T>, turn: (value: T, at: At) => Read<U>): Reader<U> {
  return (at) => {
    const value = read(at);
    return value && turn(value.value, at);
  };
}

export const text: Reader<string> = (at) => {
  const node = at.file.resolve(at.node);
  if (isScalar(node) && typeof node.value === 'string') return { value: node.value };
  return wrongType(at, isScalar(node) && node.value !== null ? 'text: put it in quotes' : 'text');
};

export const nonEmptyText: Reader<string> = mapped(text, (value, at) =>
  value.trim() === ''
    ? at.file.report(at, 'spec.missing', 'This is empty. Write a value.')
    : { value },
);

export const flag: Reader<boolean> = (at) => {
  const node = at.file.resolve(at.node);
  if (isScalar(node) && typeof node.value === 'boolean') return { value: node.value };
  return wrongType(at, 'true or false');
};

export function number({ minimum, maximum, whole }: NumberRule): Reader<number> {
  const wanted = `${whole ? 'a whole number' : 'a number'} from ${minimum} to ${maximum}`;
  return (at) => {
    const node = at.file.resolve(at.node);
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value !== 'number') return wrongType(at, wanted);
    const fits = value >= minimum && value <= maximum && (!whole || Number.isInteger(value));
    return fits ? { value } : at.file.report(at, 'spec.bad_value', `This must be ${wanted}.`);
  };
}

interface NumberRule {
  minimum: number;
  maximum: number;
  whole?: boolean;
}

export function oneOf<const T extends string>(choices: readonly T[]): Reader<T> {
  return mapped(text, (value, at) => {
    const choice = choices.find((candidate) => candidate === value);
    if (choice !== undefined) return { value: choice };
    const message = `"${value}" is not known here. Choose one of ${choices.join(', ')}.`;
    return at.file.report(at, 'spec.bad_value', message + didYouMean(value, choices));
  });
}

export function wrongType(at: At, wanted: string): undefined {
  return at.file.report(at, 'spec.wrong_type', `This must be ${wanted}.`);
}

export interface Item {
  name: string;
  at: At;
}

/** The pairs of a map, with each key's second and later appearance reported and left out. */
export function itemsOf(at: At): Item[] | undefined {
  const node = at.file.resolve(at.node);
  if (!isMap(node)) return wrongType(at, 'a map of names and values');
  const items: Item[] = [];
  const seen = new Set<string>();
  for (const pair of node.items) {
    const key = at.file.resolve(pair.key as Node | null);
    const name = isScalar(key) ? nameText(key) : undefined;
    const item = { file: at.file, node: pair.value as Node | null, key: (key ?? node) as Node };
    if (name === undefined) wrongType({ ...at, node: item.key }, 'a name: put it in quotes');
    else if (seen.has(name)) refuseTwice({ ...item, path: at.path }, name);
    else items.push({ name, at: noted({ ...item, path: [...at.path, name] }) });
    if (name !== undefined) seen.add(name);
  }
  return items;
}

const nameText = (key: Scalar): string | undefined =>
  typeof key.value === 'string' ? key.value : undefined;

const nameOf: Reader<string> = text;

function noted(at: At): At {
  at.file.draft.places.set(JSON.stringify(at.path), at.file.placeOf(at));
  return at;
}

function refuseTwice(at: At, name: string): void {
  const message = `"${name}" stands here twice. Keep one of the two.`;
  at.file.report({ ...at, node: null }, 'spec.duplicate_name', message);
}

function refuseKey(item: Item, names: readonly string[]): void {
  const message = `"${item.name}" is not known here. Known are ${names.join(', ')}.`;
  const at = { ...item.at, node: null };
  at.file.report(at, 'spec.unknown_key', message + didYouMean(item.name, names));
}

function allOf<T>(values: readonly (T | undefined)[]): Read<T[]> {
  const there = values.filter((value) => value !== undefined);
  return there.length === values.length ? { value: there } : undefined;
}
