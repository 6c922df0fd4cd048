import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

interface Line {
  level?: unknown;
  room?: string;
  msg?: string;
  code?: string;
  error?: { name?: string; code?: string };
}

/** Of pino, and of what agents write out in words. */
const isError = ({ level }: Line): boolean =>
  typeof level === 'number' ? level >= 50 : level === 'error' || level === 'fatal';

/** What programs logged as an error, each kind as one text that begins with the program's log file. */
export async function loggedErrors(folder: string): Promise<string[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.log'));
  const found = await Promise.all(files.map((name) => errorsIn(folder, name)));
  return found.flat();
}

async function errorsIn(folder: string, name: string): Promise<string[]> {
  const text = await readFile(join(folder, name), 'utf8');
  return text
    .split('\n')
    .flatMap((line): Line[] => (line.startsWith('{') ? [JSON.parse(line) as Line] : []))
    .filter(isError)
    .map(({ room, msg, code, error }) =>
      [name, room, msg, code, error?.name, error?.code].filter(Boolean).join(' '),
    );
}
