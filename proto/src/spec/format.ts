import { Document, type ScalarTag } from 'yaml';
import { formOf } from './form.js';
import { sections, type Section, type Specification } from './entry.js';
import { ExactNumber } from './exact-number.js';
import { sortedBy } from './order.js';
import type { ConfigurationFile } from './parse.js';

/** A file for each section, items by name. Reading them gives the same specification again. */
export function formatSpecification(specification: Specification): ConfigurationFile[] {
  return sections.flatMap((section) => {
    const text = formatSection(section, specification);
    return text === undefined ? [] : [{ path: `${section}.yaml`, text }];
  });
}

function formatSection(section: Section, specification: Specification): string | undefined {
  const items = Object.entries(specification[section]);
  if (items.length === 0) return undefined;
  const forms = sortedBy(items, ([name]) => name).map(
    ([name, entry]) => [name, formOf(section, entry)] as const,
  );
  return textOf({ [section]: new Map(forms) });
}

/** One item as YAML, without its name. */
export function formatEntry<S extends Section>(
  section: S,
  entry: Specification[S][string],
): string {
  return textOf(formOf(section, entry));
}

const exactNumber: ScalarTag = {
  identify: (value) => value instanceof ExactNumber,
  tag: 'tag:yaml.org,2002:float',
  default: true,
  test: /^$/,
  resolve: (text) => new ExactNumber(text),
  stringify: ({ value }) => (value as ExactNumber).text,
};

function textOf(value: unknown): string {
  const document = new Document(value, { customTags: [exactNumber], aliasDuplicateObjects: false });
  return document.toString({ lineWidth: 0, blockQuote: 'literal' });
}
