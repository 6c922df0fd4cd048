import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Graphql } from '../graphql.js';
import { usualPorts } from './ports.js';
import type { Ports } from './ports.js';
import { DemoError } from './demo-error.js';

interface ConfigurationFile {
  path: string;
  text: string;
}

const committed = fileURLToPath(new URL('../../demo/', import.meta.url));

/** The folder with the demo's configuration: the committed one, or a copy in `home` with the ports of this start. */
export async function openConfiguration(home: string, ports: Ports): Promise<string> {
  const isUsual = ports.postgres === usualPorts.postgres && ports.receiver === usualPorts.receiver;
  if (isUsual) return committed;
  const folder = join(home, 'demo');
  await mkdir(folder, { recursive: true });
  for (const { path, text } of await readFiles(committed))
    await writeFile(join(folder, path), withPorts(text, ports));
  return folder;
}

function withPorts(text: string, ports: Ports): string {
  return text
    .replaceAll(`port: ${usualPorts.postgres}`, `port: ${ports.postgres}`)
    .replaceAll(`127.0.0.1:${usualPorts.receiver}`, `127.0.0.1:${ports.receiver}`);
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
