// What the npm scripts call: installs and builds what is missing or stale, then runs one thing on the Node that comes
// from npm. Runs itself on any Node from 20 on, and imports nothing that would have to be installed first.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const stamps = join(root, 'node_modules', '.cache', 'drawbridge');
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };

const targets = {
  build: undefined,
  start: 'deploy/local/dist/start.js',
  verify: 'deploy/local/verify.mjs',
  'check:authz': 'control-plane/dist/testing/authz/check-authz.js',
  'bench:sync': 'deploy/local/dist/bench/bench-sync.js',
  'test:crash': 'agent/dist/testing/crash/test-crash.js',
  'bench:control-plane': 'control-plane/dist/testing/bench/bench-control-plane.js',
  'test:fuzz': 'control-plane/dist/testing/fuzz/test-fuzz.js',
  'test:chaos': 'control-plane/dist/testing/chaos/test-chaos.js',
  'test:helm': 'deploy/local/dist/chart/test-helm.js',
  'test:egress': 'deploy/local/dist/egress/test-egress.js',
  'test:upgrade': 'deploy/local/dist/upgrade/test-upgrade.js',
  'bench:narrow': 'deploy/local/dist/bench/bench-narrow.js',
  'bench:http': 'agent/dist/testing/bench/bench-http.js',
  'bench:salesforce': 'agent/dist/testing/bench/bench-salesforce.js',
  'bench:redis': 'agent/dist/testing/bench/bench-redis.js',
  'bench:snowflake': 'agent/dist/testing/bench/bench-snowflake.js',
  'bench:safety': 'agent/dist/testing/bench/bench-safety.js',
};

const typescript = [
  'proto/src',
  'agent/src',
  'control-plane/src',
  'control-plane/cli/src',
  'deploy/local/src',
];

/** In order: what a step reads, what shows that it was done, and its command. */
const steps = [
  {
    name: 'wire messages',
    reads: ['proto/drawbridge', 'proto/buf', 'proto/buf.gen.yaml'],
    makes: 'proto/src/gen',
    run: ['npm', 'run', 'generate', '-w', '@drawbridge/proto'],
  },
  {
    name: 'kernels',
    reads: ['agent/src/sync/kernel', 'agent/src/connector/kernel'],
    makes: 'agent/dist/connector/json-lines.wasm',
    run: ['npm', 'run', 'kernel', '-w', '@drawbridge/agent'],
  },
  {
    name: 'database client',
    reads: ['prisma/schema.prisma'],
    makes: 'control-plane/src/database/generated',
    run: ['npm', 'run', 'generate', '-w', '@drawbridge/control-plane'],
  },
  {
    name: 'UI',
    reads: [
      'control-plane/web/src',
      'control-plane/web/public',
      'control-plane/web/index.html',
      'control-plane/web/vite.config.ts',
      'control-plane/web/codegen.ts',
      'control-plane/schema.graphql',
      'proto/src/run-conflict.ts',
    ],
    makes: 'control-plane/web/dist/index.html',
    run: ['npm', 'run', 'build', '-w', '@drawbridge/web'],
  },
  {
    name: 'programs',
    reads: [...typescript, 'control-plane/web/src', 'prisma/schema.prisma', 'tsconfig.json'],
    makes: 'control-plane/dist/main.js',
    run: ['tsc', '-b'],
  },
];

const [target = '', ...rest] = process.argv.slice(2);
if (!(target in targets)) fail(`"${target}" is none of ${Object.keys(targets).join(', ')}.`);
checkNode();
install();
for (const step of steps) build(step);
if (targets[target]) hand(targets[target], rest);

function checkNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) fail(`Node ${process.versions.node} is too old: install Node 20 or newer.`);
}

/** npm ci, when packages are missing or are not of the versions in the lock file. */
function install() {
  if (existsSync(join(bin, 'node')) && isInstalled()) return;
  say('Installing packages from npm (the first time takes a minute or two) …');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0)
    fail('npm ci failed; what it said stands above. Is the npm registry reachable from here?');
  if (!existsSync(join(bin, 'node')))
    fail(
      'npm did not install Node 24 (package "node"). Are install scripts switched off (npm config get ignore-scripts)?',
    );
}

/** npm writes down at the end of an install what it has installed. Optional packages are for other machines. */
function isInstalled() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const there = JSON.parse(readFileSync(record, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, link, optional }]) =>
      !path.includes('node_modules/') || link || optional || there[path]?.version === version,
  );
}

function build({ name, reads, makes, run }) {
  const wanted = digestOf([...reads, 'package-lock.json']);
  if (existsSync(join(root, makes)) && stampOf(name) === wanted) return;
  say(`Building: ${name} …`);
  const [command, ...args] = run;
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, env, encoding: 'utf8' });
  if (status !== 0)
    fail(`Building ${name} failed (${run.join(' ')}).\n${stdout ?? ''}${stderr ?? ''}`);
  stamp(name, wanted);
}

/**
 * Hands over to Node 24. Signals reach the child by themselves from a terminal, else they are passed on; if we are
 * killed, the broken channel tells it.
 */
function hand(script, args) {
  const child = spawn(join(bin, 'node'), [join(root, script), ...args], {
    cwd: root,
    env,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`${script} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? 1 : (code ?? 1);
  });
}

/** SHA-256 over names and contents: a checkout that changes times but no file builds nothing. */
function digestOf(paths) {
  const hash = createHash('sha256').update(process.platform + process.arch);
  for (const file of paths.flatMap((path) => filesOf(join(root, path))).sort())
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex');
}

function filesOf(path) {
  if (!existsSync(path)) return [];
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter(({ name }) => !['gen', 'generated', 'node_modules', 'dist'].includes(name))
      .flatMap(({ name }) => filesOf(join(path, name)));
  } catch (error) {
    if (error.code === 'ENOTDIR') return [path];
    throw error;
  }
}

function stampOf(name) {
  const file = join(stamps, `${name}.stamp`);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function stamp(name, digest) {
  mkdirSync(stamps, { recursive: true });
  writeFileSync(join(stamps, `${name}.stamp`), digest);
}

function say(line) {
  console.error(line);
}

function fail(line) {
  console.error(line);
  process.exit(1);
}
