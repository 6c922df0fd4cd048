import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach } from 'vitest';
import { runCommandLine } from '../command-line.js';
import { openFakeControlPlane, token } from './fake-control-plane.js';

export interface Said {
  code: number;
  out: string;
  err: string;
  json(): unknown;
}

/** The command line in this process, with an environment and outputs of its own. */
export async function drawbridge(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Said> {
  const [out, err] = [hear(), hear()];
  const code = await runCommandLine(args, { env, out: out.stream, err: err.stream });
  return { code, out: out.text, err: err.text, json: () => JSON.parse(out.text) };
}

/** An output, and what was written to it. */
function hear(): { stream: Writable; text: string } {
  const heard = {
    text: '',
    stream: new Writable({
      write: (chunk, ...[, done]) => {
        heard.text += String(chunk);
        done();
      },
    }),
  };
  return heard;
}

export async function openCommandLine() {
  const server = await openFakeControlPlane();
  const env = { DRAWBRIDGE_URL: server.url, DRAWBRIDGE_TOKEN: token };
  return {
    state: server.state,
    drawbridge: (...args: string[]) => drawbridge(args, env),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

/** A folder with these files, gone when the test is over. */
export function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'drawbridge-cli-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
