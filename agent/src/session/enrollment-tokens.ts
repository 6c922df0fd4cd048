import type { Failure } from '../failure.js';

/** What the control plane says of a token that enrols nobody any more; another one may. */
const unfit = ['session.token_spent', 'session.token_expired', 'session.bad_token'];

/**
 * Single-use tokens, in the order in which they are tried. The replicas of a pool may share one list: each takes the first
 * token that no other one has spent.
 */
export class EnrollmentTokens {
  private position = 0;

  constructor(private readonly tokens: readonly string[]) {}

  /** Undefined when there is none. */
  get current(): string | undefined {
    return this.tokens[this.position];
  }

  /** True when the failure was the current token's and there is another one, which is current from now on. */
  passOver({ code }: Failure): boolean {
    if (!unfit.includes(code) || this.position + 1 >= this.tokens.length) return false;
    this.position += 1;
    return true;
  }
}
