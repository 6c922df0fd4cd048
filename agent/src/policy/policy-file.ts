import { readFileSync } from 'node:fs';
import type { GivenPolicy } from './policy.js';
import { readPolicy } from './read-policy.js';

/** A policy file, or all that is wrong with it: one line each, with the place and what to do. */
export function readPolicyFile(file: string): {
  given: GivenPolicy | undefined;
  problems: string[];
} {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const problem = `The policy file ${file} can not be read (${code}). Check DRAWBRIDGE_POLICY, and that the file is mounted and readable by the agent’s user.`;
    return { given: undefined, problems: [problem] };
  }
  const { given, faults = [] } = readPolicy(bytes);
  const problems = faults.map(
    ({ line, column, message }) => `${file}:${line}:${column}: ${message}`,
  );
  return { given, problems };
}
