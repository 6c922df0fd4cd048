import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { Failure } from '../failure.js';
import { overviewOf } from './overview.js';
import { readPolicy } from './read-policy.js';

const examples = `
Examples:
  $ drawbridge-agent policy check policy.yaml
  $ drawbridge-agent policy check policy.yaml --json | jq -r .digest

Exit codes: 0 the agent would start with it, 1 it has faults or can not be read, 2 wrong usage.
The digest is that which the agent reports, and which stands beside every run.`;

/** `policy check FILE`: all that is wrong with a policy file, or what it comes to. Needs nothing but the file. */
export function addPolicyCommand(program: Command): void {
  program
    .command('policy')
    .description('look at a policy file: what the agent does, whatever a control plane says')
    .command('check <file>')
    .description(
      'say whether the agent would start with a policy file, and what the file leaves open',
    )
    .option('--json', 'print one JSON document')
    .addHelpText('after', examples)
    .action((file: string, { json }: { json?: boolean }) => {
      const verdict = verdictOn(file);
      if (json) say(JSON.stringify(verdict, null, 2));
      else for (const line of linesOf(verdict)) say(line);
      if (!verdict.isValid) process.exitCode = 1;
    });
}

type Verdict = { file: string } & (
  | { isValid: true; digest: string; summary: string; leavesOpen: readonly string[] }
  | { isValid: false; faults: readonly { line: number; column: number; message: string }[] }
);

/** Throws CONFIG `config.policy` when there is nothing to look at. */
export function verdictOn(file: string): Verdict {
  const { given, faults } = readPolicy(bytesOf(file));
  if (!given) return { file, isValid: false, faults };
  const { summary, wide } = overviewOf(given.policy);
  return { file, isValid: true, digest: given.digest, summary, leavesOpen: wide };
}

function bytesOf(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new Failure(
      'CONFIG',
      'config.policy',
      'The policy file can not be read. Check its path and its permissions.',
      { cause },
    );
  }
}

function linesOf(verdict: Verdict): string[] {
  const { file } = verdict;
  if (!verdict.isValid)
    return verdict.faults.map(
      ({ line, column, message }) => `${file}:${line}:${column}: ${message}`,
    );
  const open = verdict.leavesOpen.map((what) => `! ${what}`);
  return [`✓ ${verdict.summary}`, ...open, `SHA-256 ${verdict.digest}`];
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
