import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Graphql } from '../graphql.js';
import { usualPorts } from './ports.js';
import type { PortName, Ports } from './ports.js';
import { DemoError } from './demo-error.js';

interface ConfigurationFile {
  path: string;
  text: string;
}

const committed = fileURLToPath(new URL('../../', import.meta.url));

export interface Wanted {
  folder: DemoFolder;
  /** Whose `warehouse.yaml` it is. */
  warehouse: DemoFolder;
  /** Files that are left out. */
  without?: readonly string[];
  ports: Ports;
  /** What stands in the files for what only this start knows. */
  known?: Readonly<Record<string, string>>;
}

/** Of deploy/local. */
export type DemoFolder = 'demo' | 'demo-full';

/** The folder with the configuration: the committed one, or a copy in `home` with what this start has otherwise. */
export async function openConfiguration(home: string, wanted: Wanted): Promise<string> {
  const { folder, warehouse, without = [], ports, known = {} } = wanted;
  const there = await readFiles(committed + folder);
  const own = await readFiles(committed + warehouse);
  const files = there
    .map((file) => own.find(({ path }) => path === file.path && path === 'warehouse.yaml') ?? file)
    .filter(({ path }) => !without.includes(path))
    .map(({ path, text }) => ({ path, text: withPlaces(text, ports, known) }));
  if (JSON.stringify(files) === JSON.stringify(there)) return committed + folder;
  const copy = join(home, 'demo');
  await rm(copy, { recursive: true, force: true });
  await mkdir(copy, { recursive: true });
  for (const { path, text } of files) await writeFile(join(copy, path), text);
  return copy;
}

function withPlaces(text: string, ports: Ports, known: Readonly<Record<string, string>>): string {
  let told = text;
  for (const [name, usual] of Object.entries(usualPorts)) {
    const port = ports[name as PortName];
    told = told.replaceAll(
      new RegExp(`(port: |127\\.0\\.0\\.1:)${usual}\\b`, 'g'),
      (_, before: string) => `${before}${port}`,
    );
  }
  for (const [placeholder, value] of Object.entries(known))
    told = told.replaceAll(placeholder, () => value);
  return told;
}

export async function applyConfiguration(graphql: Graphql, folder: string): Promise<void> {
  const { applyConfiguration: answer } = await graphql<{
    applyConfiguration: {
      applied: boolean;
      problems: { file: string; line: number; message: string }[];
    };
  }>(
    `
      mutation ($input: ApplyConfigurationInput!) {
        applyConfiguration(input: $input) {
          applied
          problems {
            file
            line
            message
          }
        }
      }
    `,
    { input: { files: await readFiles(folder) } },
  );
  if (answer.applied) return;
  const problems = answer.problems.map(({ file, line, message }) => `  ${file}:${line} ${message}`);
  throw new DemoError(`The configuration in ${folder} was refused:\n${problems.join('\n')}`);
}

async function readFiles(folder: string): Promise<ConfigurationFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort();
  return Promise.all(
    names.map(async (path) => ({ path, text: await readFile(join(folder, path), 'utf8') })),
  );
}
