import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { helm } from './helm.js';
import type { KubernetesObject } from './kubernetes-object.js';

const charts = fileURLToPath(new URL('../../../helm', import.meta.url));

export interface Chart {
  name: string;
  folder: string;
}

export const chartNames = ['agent', 'control-plane'] as const;

export const chartOf = (name: string): Chart => ({ name, folder: join(charts, name) });

/** A file of values that is rendered and compared with what was reviewed, or that must be refused. */
export interface ValueFile {
  name: string;
  file: string;
}

export const valueFiles = (chart: Chart): Promise<ValueFile[]> => filesIn(join(chart.folder, 'ci'));

export const refusedFiles = (chart: Chart): Promise<ValueFile[]> =>
  filesIn(join(chart.folder, 'ci', 'refused'));

async function filesIn(folder: string): Promise<ValueFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).toSorted();
  return names.map((name) => ({ name: basename(name, '.yaml'), file: join(folder, name) }));
}

export interface Rendered {
  objects: KubernetesObject[];
  text: string;
  /** What helm said when it refused. */
  refusal: string | undefined;
}

export async function render(binary: string, chart: Chart, file: string): Promise<Rendered> {
  const where = ['--namespace', 'data', '--kube-version', '1.32.0'];
  const args = ['template', 'drawbridge', chart.folder, '--values', file, ...where];
  const { code, stdout, stderr } = await helm(binary, args);
  if (code !== 0) return { objects: [], text: '', refusal: stderr };
  return { objects: objectsIn(stdout), text: stdout, refusal: undefined };
}

/** helm shows notes when it installs, for which it wants a cluster; so an object of ours carries them out. */
export async function notesOf(binary: string, chart: Chart, file: string): Promise<string> {
  const notes = `{{ include "${chart.name}.notes" . | b64enc }}`;
  const carrier = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'notes' },
    data: { notes },
  };
  const args = ['template', 'drawbridge', chart.folder, '--values', file, '--namespace', 'data'];
  const extra = ['--set-json', `extraManifests=${JSON.stringify([carrier])}`];
  const { code, stdout, stderr } = await helm(binary, [...args, ...extra]);
  if (code !== 0) throw new Error(stderr);
  const found = objectsIn(stdout).find(({ metadata }) => metadata.name === 'notes');
  const { notes: text = '' } = (found?.['data'] ?? {}) as { notes?: string };
  return Buffer.from(text, 'base64').toString('utf8');
}

export function objectsIn(text: string): KubernetesObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors.length > 0) throw new Error(String(document.errors[0]));
    const object = document.toJS() as KubernetesObject | null;
    return object === null ? [] : [object];
  });
}

/** The first line says which words the refusal must hold: `# refused: enrollment`. */
export async function refusalWanted(file: string): Promise<RegExp> {
  const [, words] = /^# refused: (.+)$/m.exec(await readFile(file, 'utf8')) ?? [];
  if (!words) throw new Error(`${file} does not begin with "# refused: WORDS".`);
  return new RegExp(words);
}
