import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface NaiveRun {
  ms: number;
  peakMiB: number;
}

const script = fileURLToPath(new URL('naive-script.js', import.meta.url));

/** Its map of ten million hashes does not fit into the heap that Node takes by itself. */
const heapMiB = 16_384;

export async function runNaive(
  sourceUrl: string,
  targetUrl: string,
  stateFile: string,
): Promise<NaiveRun> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    `--max-old-space-size=${heapMiB}`,
    script,
    sourceUrl,
    targetUrl,
    stateFile,
  ]);
  return JSON.parse(stdout) as NaiveRun;
}
