/** The API's whole numbers end here. */
const most = 2 ** 31 - 1;

export const canaryRule = `A whole number of operations, from 1 to ${most.toLocaleString('en-GB')}.`;

/** The number that was typed; undefined when it is none that a canary can have. */
export function canaryOf(typed: string): number | undefined {
  const digits = typed.trim();
  const number = Number(digits);
  return /^\d+$/.test(digits) && number >= 1 && number <= most ? number : undefined;
}
