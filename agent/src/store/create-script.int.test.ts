import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dangersOf } from './lifecycle-danger.js';

// The script runs as it is, by a program `aws` that writes down what it was asked and answers what AWS would, as far as the
// script reads it.
const script = fileURLToPath(new URL('../../../deploy/terraform/aws/create.sh', import.meta.url));
const stub = `#!/bin/sh
printf '%s\\037' "$@" >> "$ASKED"; printf '\\036' >> "$ASKED"
case "$2" in describe-key | head-bucket | get-role) exit 254 ;; esac
case "$*" in
  *'--query Account '*) echo 111122223333 ;;
  *'--query Arn '*) echo arn:aws:iam::111122223333:user/me ;;
  *'--query KeyMetadata.Arn '*) echo arn:aws:kms:eu-central-1:111122223333:key/1 ;;
  *'--query Role.Arn '*) echo arn:aws:iam::111122223333:role/drawbridge-agent ;;
esac
`;

let folder: string;
let calls: Map<string, string[]>;
let printed: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drawbridge-create-'));
  await writeFile(join(folder, 'aws'), stub);
  await chmod(join(folder, 'aws'), 0o755);
  await writeFile(join(folder, 'trust.json'), '{}');
  await run();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(): Promise<void> {
  const env = {
    PATH: `${folder}:${process.env['PATH']}`,
    ASKED: join(folder, 'asked'),
    BUCKET: 'acme-drawbridge',
    PREFIX: 'prod',
    AWS_REGION: 'eu-central-1',
  };
  const args = [script, join(folder, 'trust.json')];
  const { stdout } = await promisify(execFile)('bash', args, { env });
  const asked = (await readFile(join(folder, 'asked'), 'utf8')).split('\x1e').slice(0, -1);
  calls = new Map(asked.map((call) => call.split('\x1f')).map((call) => [call[1] ?? '', call]));
  printed = stdout;
}

const valueOf = (args: string[] | undefined, name: string): string =>
  args?.[args.indexOf(name) + 1] ?? '';

it('makes what the module makes, and prints the values for the chart', () => {
  expect([...calls.keys()]).toEqual(
    expect.arrayContaining([
      'create-key',
      'create-bucket',
      'put-public-access-block',
      'put-bucket-versioning',
      'put-bucket-encryption',
      'put-bucket-lifecycle-configuration',
      'create-role',
      'put-role-policy',
      'put-bucket-policy',
    ]),
  );
  expect(printed).toContain('url: s3://acme-drawbridge/prod\n');
  expect(printed).toContain('role-arn: arn:aws:iam::111122223333:role/drawbridge-agent\n');
  for (const [verb, option] of [
    ['put-role-policy', '--policy-document'],
    ['put-bucket-policy', '--policy'],
  ] as const) {
    const policy = valueOf(calls.get(verb), option);
    expect(policy).not.toContain('${');
    expect(JSON.parse(policy)).toMatchObject({ Version: '2012-10-17' });
  }
});

it('makes no rule that takes what runs need', () => {
  const args = calls.get('put-bucket-lifecycle-configuration');
  const { Rules } = JSON.parse(valueOf(args, '--lifecycle-configuration')) as {
    Rules: { ID: string; Filter: { Prefix?: string }; Expiration?: { Days?: number } }[];
  };
  const rules = Rules.map(({ ID, Filter, Expiration }) => ({
    id: ID,
    prefix: Filter.Prefix ?? '',
    isTagged: false,
    expiresAfter: Expiration?.Days,
    archivesAfter: undefined,
  }));
  expect(rules).toHaveLength(3);
  expect(dangersOf(rules, 'prod')).toEqual([]);
});
