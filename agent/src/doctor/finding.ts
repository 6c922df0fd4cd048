import { Failure, failureOf } from '../failure.js';

/** What was looked at, and what of it is good, doubtful or broken. Only what is broken keeps the agent from working. */
export type Finding = { what: string } & (
  { state: 'good'; found: string } | { state: 'warning' | 'broken'; failure: Failure }
);

/** Good in these words, or doubtful. What is broken is thrown. */
export type Look = () => Promise<string | Doubt>;

/** Works, and somebody should look at it all the same. */
export class Doubt {
  constructor(readonly failure: Failure) {}
}

export function doubt(code: string, message: string): Doubt {
  return new Doubt(new Failure('CONFIG', code, message));
}

export async function findingOf(what: string, look: Look): Promise<Finding> {
  try {
    const found = await look();
    if (found instanceof Doubt) return { what, state: 'warning', failure: found.failure };
    return { what, state: 'good', found };
  } catch (error) {
    return { what, state: 'broken', failure: failureOf(error) };
  }
}

const signs = { good: '✓', warning: '!', broken: '✗' } as const;

/** One line for a person. */
export function lineOf(finding: Finding): string {
  const sign = signs[finding.state];
  if (finding.state === 'good') return `${sign} ${finding.what}: ${finding.found}`;
  const { message, code } = finding.failure;
  return `${sign} ${finding.what}: ${message} (${code})`;
}

/** The same for a program. */
export function entryOf(finding: Finding): Record<string, string> {
  const { what, state } = finding;
  if (finding.state === 'good') return { what, state, found: finding.found };
  const { code, message, vendorCode } = finding.failure;
  return { what, state, code, advice: message, ...(vendorCode && { vendorCode }) };
}
