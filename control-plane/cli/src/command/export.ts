import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from '../command.js';
import { namesIn } from '../directory.js';
import { CliFailure } from '../failure.js';
import { configuration } from '../configuration-operation.js';
import { plural } from '../text.js';

export const exportConfiguration: Command = {
  usage: 'export <dir>',
  summary: "write the workspace's configuration into a directory",
  example: 'drawbridge export config/',
  options: [['--overwrite', 'replace files of the same names']],
  act: async ({ args: [dir = ''], options }, context) => {
    const { configuration: files } = await context.ask()(configuration, {});
    mkdirSync(dir, { recursive: true });
    refuseOthers(
      dir,
      files.map(({ path }) => path),
      options.overwrite === true,
    );
    for (const { path, text } of files) writeFileSync(join(dir, plainName(path)), text);
    const written = files.map(({ path }) => join(dir, path));
    return {
      json: { directory: dir, files: written },
      lines: [...written, `${plural(written.length, 'file')} written.`],
    };
  },
};

/** Beside files that stay, the same names would be defined twice. */
function refuseOthers(dir: string, written: readonly string[], mayOverwrite: boolean): void {
  const there = namesIn(dir).filter((name) => name.endsWith('.yaml'));
  const inTheWay = there.filter((name) => !(mayOverwrite && written.includes(name)));
  if (inTheWay.length === 0) return;
  const message = `${dir} holds ${inTheWay.join(', ')} already. Name an empty directory, or use --overwrite where the names are the same.`;
  throw new CliFailure('cli.not_empty', message);
}

/** A file's name comes from the server and must not lead out of the directory. */
function plainName(path: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*\.yaml$/.test(path)) return path;
  throw new CliFailure(
    'cli.bad_answer',
    'The server named a file that is not a plain *.yaml name.',
  );
}
