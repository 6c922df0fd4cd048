// Puts one program into a folder of its own, as its image has it: what was built, without tests, and the packages that it needs in
// production, from the lock file. Runs on Node.js 20 or newer; needs npm.
//
//   node deploy/docker/assemble.mjs agent|control-plane FOLDER
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Workspaces of a program, and what it reads beside their programs. */
const programs = {
  agent: { workspaces: ['agent', 'proto'], files: ['LICENSE'] },
  'control-plane': {
    workspaces: ['control-plane', 'proto'],
    files: ['LICENSE', 'prisma', 'control-plane/schema.graphql', 'control-plane/web/dist'],
  },
};

const [name = '', folder = ''] = process.argv.slice(2);
const program = programs[name];
if (!program || !folder) {
  process.stderr.write(
    `Usage: node deploy/docker/assemble.mjs ${Object.keys(programs).join('|')} FOLDER\n`,
  );
  process.exit(2);
}
const target = resolve(folder);
run('node', ['deploy/local/launch.mjs', 'build'], root);
mkdirSync(target, { recursive: true });
installPackages();
for (const workspace of program.workspaces) copy(join(workspace, 'dist'), isProgram);
for (const file of program.files) copy(file, () => true);
writeBill();
tidy();

/** Of the lock file, what these workspaces need; without their tools, of which the other workspaces are a part. */
function installPackages() {
  for (const file of ['package-lock.json', '.npmrc']) copy(file, () => true);
  for (const workspace of ['.', ...program.workspaces]) {
    const wanted = JSON.parse(readFileSync(join(root, workspace, 'package.json'), 'utf8'));
    delete wanted.devDependencies;
    if (workspace === '.') wanted.workspaces = program.workspaces;
    mkdirSync(join(target, workspace), { recursive: true });
    writeFileSync(join(target, workspace, 'package.json'), JSON.stringify(wanted, null, 2));
  }
  const options = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', ['ci', ...options], target);
}

/** In CycloneDX, of exactly what was installed. */
function writeBill() {
  const { stdout } = run('npm', ['sbom', '--sbom-format=cyclonedx', '--omit=dev'], target);
  const bill = JSON.parse(stdout);
  // The same lock file makes the same bill, to the byte.
  delete bill.serialNumber;
  delete bill.metadata.timestamp;
  writeFileSync(join(target, 'sbom.cdx.json'), JSON.stringify(bill, null, 2));
}

/** What npm wanted, and texts and types of packages, are read by nobody. */
function tidy() {
  for (const file of [
    'package-lock.json',
    '.npmrc',
    'node_modules/.package-lock.json',
    'node_modules/.bin',
  ])
    rmSync(join(target, file), { recursive: true, force: true });
  prune(join(target, 'node_modules'));
}

function prune(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) prune(path);
    else if (
      /\.(d\.[cm]?ts|map|tsbuildinfo|markdown)$|^(README|CHANGELOG|HISTORY)\b.*\.md$/i.test(
        entry.name,
      )
    )
      rmSync(path);
  }
}

function isProgram(path) {
  const parts = relative(root, path).split('/');
  return (
    !parts.includes('testing') &&
    !/\.(test|int|e2e)\.|\.(map|d\.ts|tsbuildinfo)$|^\.tsbuildinfo$/.test(basename(path))
  );
}

function copy(path, filter) {
  const from = join(root, path);
  mkdirSync(dirname(join(target, path)), { recursive: true });
  cpSync(from, join(target, path), {
    recursive: true,
    filter: (file) => (statSync(file).isDirectory() ? filter(`${file}/`) : filter(file)),
  });
}

function run(command, args, cwd) {
  const { status, stdout, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status === 0) return { stdout };
  process.stderr.write(
    `${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}.\n`,
  );
  process.exit(1);
}
