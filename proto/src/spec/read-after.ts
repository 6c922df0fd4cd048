import { isScalar } from 'yaml';
import type { FollowedEnd } from './entry.js';
import { mapped, oneOf, required, shape, text, type Reader } from './reader.js';

/** `5%`, from 0 to 100. */
const share: Reader<number> = mapped(text, (written, at) => {
  const [, digits] = /^([0-9]{1,3}(?:\.[0-9]{1,3})?)%$/.exec(written) ?? [];
  const percent = Number(digits);
  if (digits !== undefined && percent <= 100) return { value: percent };
  return at.file.report(at, 'spec.bad_value', 'A share is a number and %, such as 5%, up to 100%.');
});

const words = mapped(oneOf(['success', 'always']), (value) => ({ value: value as FollowedEnd }));

const bounded = mapped(shape({ maxRejected: required(share) }), (value) => ({
  value: value as FollowedEnd,
}));

/** After which runs of the sync before it another one follows: `success`, `always`, or `{ maxRejected: 5% }`. */
export const followedEnd: Reader<FollowedEnd> = (at) =>
  isScalar(at.file.resolve(at.node)) ? words(at) : bounded(at);
