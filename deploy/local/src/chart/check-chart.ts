import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { notesOf, refusalWanted, refusedFiles, render, valueFiles } from './chart.js';
import type { Chart, ValueFile } from './chart.js';
import { hardeningFaults } from './hardening.js';
import { helm } from './helm.js';
import { problemsOf } from './kubernetes.js';
import { tableText, valuesText } from './values-text.js';
import { readValuesSchema } from './values-schema.js';

export interface Checked {
  /** Files of values that were linted, rendered and compared with what was reviewed. */
  matrix: number;
  objectsValidated: number;
  invalidRefused: number;
  /** Sentences; none when all is well. */
  failed: string[];
}

export interface CheckOptions {
  binary: string;
  /** Writes what is generated, and the rendered files that people review, instead of comparing with them. */
  write: boolean;
  /** Checks those alone. */
  only?: (name: string) => boolean;
}

export async function checkChart(chart: Chart, options: CheckOptions): Promise<Checked> {
  const { only = () => true } = options;
  const checked: Checked = { matrix: 0, objectsValidated: 0, invalidRefused: 0, failed: [] };
  checked.failed.push(...(await generatedFaults(chart, options)));
  const files = (await valueFiles(chart)).filter(({ name }) => only(name));
  const refused = (await refusedFiles(chart)).filter(({ name }) => only(name));
  // Two at a time: helm is a process of its own, and there are two cores.
  await inPairs(files, async (file) => {
    const { objects, faults } = await renderedFaults(chart, file, options);
    checked.matrix += 1;
    checked.objectsValidated += objects;
    checked.failed.push(...faults.map((fault) => `${chart.name}/${file.name}: ${fault}`));
  });
  await inPairs(refused, async (file) => {
    const fault = await refusalFault(chart, file, options);
    if (fault === undefined) checked.invalidRefused += 1;
    else checked.failed.push(`${chart.name}/${file.name}: ${fault}`);
  });
  return checked;
}

async function inPairs<Item>(
  items: readonly Item[],
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const one = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await act(item);
  };
  await Promise.all([one(), one()]);
}

async function renderedFaults(
  chart: Chart,
  file: ValueFile,
  { binary, write }: CheckOptions,
): Promise<{ objects: number; faults: string[] }> {
  const lint = await helm(binary, ['lint', '--strict', chart.folder, '--values', file.file]);
  if (lint.code !== 0) return { objects: 0, faults: [lint.stdout + lint.stderr] };
  const { objects, text, refusal } = await render(binary, chart, file.file);
  if (refusal !== undefined) return { objects: 0, faults: [refusal] };
  const notes = await notesOf(binary, chart, file.file);
  const review = reviewed(text, notes);
  const problems = objects.flatMap((object) =>
    problemsOf(object).map((problem) => `${object.kind} ${object.metadata.name}: ${problem}`),
  );
  const faults = [
    ...problems,
    ...hardeningFaults(objects),
    ...(await difference(join(chart.folder, 'ci', 'rendered', `${file.name}.yaml`), review, write)),
  ];
  return { objects: objects.length, faults };
}

/** Notes as comments below the objects, so that both are read in one review. */
function reviewed(text: string, notes: string): string {
  const lines = notes.trimEnd().split('\n');
  return `${text.trim()}\n---\n${lines.map((line) => `# ${line}`.trimEnd()).join('\n')}\n`;
}

async function difference(file: string, text: string, write: boolean): Promise<string[]> {
  if (write) await writeFile(file, text);
  const before = await readFile(file, 'utf8').catch(() => '');
  if (before === text) return [];
  const had = before.split('\n');
  const line = text.split('\n').findIndex((each, n) => each !== had[n]);
  return [
    `differs from what was reviewed, first in line ${line + 1}. Look at it, then: npm run test:helm -- --write`,
  ];
}

async function refusalFault(
  chart: Chart,
  { file }: ValueFile,
  { binary }: CheckOptions,
): Promise<string | undefined> {
  const wanted = await refusalWanted(file);
  const { refusal } = await render(binary, chart, file);
  if (refusal === undefined) return 'is not refused';
  return wanted.test(refusal) ? undefined : `is refused without saying ${wanted}: ${refusal}`;
}

const marks = ['<!-- values: generated -->', '<!-- end of values -->'] as const;

/** values.yaml and the README's table follow from the schema. */
async function generatedFaults(chart: Chart, { write }: CheckOptions): Promise<string[]> {
  const schema = await readValuesSchema(chart.folder);
  const values = join(chart.folder, 'values.yaml');
  const readme = join(chart.folder, 'README.md');
  const text = await readFile(readme, 'utf8');
  const [before = '', rest = ''] = text.split(marks[0]);
  const after = rest.split(marks[1])[1] ?? '';
  const table = `<!-- prettier-ignore -->\n${tableText(schema)}`;
  const wanted = `${before}${marks[0]}\n\n${table}\n\n${marks[1]}${after}`;
  const faults = [
    ...(await difference(values, valuesText(schema), write)).map((fault) => `values.yaml ${fault}`),
    ...(await difference(readme, wanted, write)).map((fault) => `README.md ${fault}`),
  ];
  return faults.map((fault) => `${chart.name}: ${fault}`);
}
