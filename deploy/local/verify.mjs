// Every check of the project, in the order of how fast they speak. CI, the README and people use this one.
// Ends with `N passed, N failed` (`, N skipped`), where each check counts as one and each test as one.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, FORCE_COLOR: '0' };

/** What some tests need of Debian: where each is, and what is done without it. */
const debian = [
  {
    name: 'chromium',
    path: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    without: 'browser tests are skipped. Install Debian\'s "chromium", or set CHROMIUM_PATH.',
  },
  {
    name: 'openssl',
    path: '/usr/bin/openssl',
    without: 'tests that need a certificate are skipped. Install Debian\'s "openssl".',
  },
  ...testPackages(),
];

const sourceFolders = [
  'proto/src',
  'agent/src',
  'control-plane/src',
  'control-plane/web/src',
  'control-plane/cli/src',
  'deploy/local/src',
];

const checks = [
  ['format', 'prettier', ['--check', '--log-level', 'warn', '.']],
  ['lint', 'oxlint', ['--quiet']],
  ['import rules', 'depcruise', ['--config', '.dependency-cruiser.cjs', ...sourceFolders]],
  ['wire format', 'buf', ['format', '--diff', '--exit-code'], 'proto'],
  ['wire lint', 'buf', ['lint'], 'proto'],
  ['wire compatibility', 'buf', ['breaking', '--against', 'test/released.binpb'], 'proto'],
  ['types', 'tsc', ['-b']],
];

const total = { passed: 0, failed: 0, skipped: 0 };

installPackages();
for (const [name, command, args, folder] of checks)
  count(await runCheck(name, command, args, folder));
await runTests();
const skipped = total.skipped ? `, ${total.skipped} skipped` : '';
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed === 0 ? 0 : 1;

async function runCheck(name, command, args, folder = '.') {
  const started = performance.now();
  const { code, output } = await run(command, args, join(root, folder));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
  if (code !== 0) console.log(output);
  return code === 0;
}

function count(ok) {
  if (ok) total.passed += 1;
  else total.failed += 1;
}

/** Test files print as they end; the figures come from vitest's own JSON. */
async function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'drawbridge-verify-'));
  const report = join(folder, 'tests.json');
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { code } = await run('vitest', args, root, true);
  if (existsSync(report)) {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    total.passed += result.numPassedTests;
    total.failed += result.numFailedTests;
    total.skipped += result.numPendingTests + (result.numTodoTests ?? 0);
    // A file that can't even be loaded, or an error outside a test, has no test to fail.
    const failing = result.testResults.filter((file) => file.status === 'failed');
    total.failed += failing.filter((file) =>
      file.assertionResults.every((t) => t.status !== 'failed'),
    ).length;
  }
  if (code !== 0 && total.failed === 0) total.failed += 1;
  rmSync(folder, { recursive: true, force: true });
}

function run(command, args, cwd, live = false) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', live ? 'inherit' : 'pipe', live ? 'inherit' : 'pipe'],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 1, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** A connector that is tested against a real server says so in its own folder, in `testing/debian.json`. */
function testPackages() {
  return ['agent/src/source', 'agent/src/destination', 'control-plane/src'].flatMap((house) =>
    readdirSync(join(root, house)).flatMap((room) => {
      const file = join(root, house, room, 'testing', 'debian.json');
      if (!existsSync(file)) return [];
      const { package: wanted, path, variable } = JSON.parse(readFileSync(file, 'utf8'));
      const without = `tests of ${house}/${room} are skipped. Install Debian's "${wanted}", or set ${variable}.`;
      return [{ name: wanted, path: process.env[variable] ?? path, without }];
    }),
  );
}

/** Where we may, what is missing is installed from Debian, all at once; elsewhere the tests that need it are skipped. */
function installPackages() {
  const missing = debian.filter(({ path }) => !existsSync(path));
  if (missing.length === 0) return;
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (mayInstall) {
    const names = missing.map(({ name }) => name);
    console.log(`Installing ${names.join(', ')} for the tests …`);
    const options = { stdio: 'ignore', env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } };
    spawnSync('apt-get', ['update'], options);
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', ...names], options);
  }
  for (const { path, without } of missing)
    if (!existsSync(path)) console.log(`Nothing at ${path}: ${without}`);
}
