import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigurationFile } from '@drawbridge/proto';
import { CliFailure } from './failure.js';

/** The `*.yaml` of a directory, by name, with paths as an editor opens them. */
export function readDirectory(
  directory: string,
  note: (line: string) => void,
): ConfigurationFile[] {
  const names = namesIn(directory);
  for (const name of names.filter((file) => file.endsWith('.yml')))
    note(`${join(directory, name)} is not read. Name it .yaml.`);
  const files = names.filter((name) => name.endsWith('.yaml'));
  if (files.length === 0) {
    const message = `There is no *.yaml in ${directory}. An empty configuration would remove everything, so name the directory that holds it.`;
    throw new CliFailure('cli.no_configuration', message, 2);
  }
  return files.map((name) => {
    const path = join(directory, name);
    return { path, text: readFileSync(path, 'utf8') };
  });
}

export function namesIn(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => name)
      .toSorted();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code;
    throw new CliFailure(
      'cli.no_directory',
      `${directory} is not a directory that can be read (${reason}).`,
      2,
    );
  }
}
