import { expect, it } from 'vitest';
import { codeOf } from './totp.js';

// RFC 6238, appendix B: the last six of eight digits. The secret is "12345678901234567890" in base32.
it.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [20_000_000_000, '353130'],
])('shows at %d s what the RFC says', (seconds, code) => {
  const uri = 'otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  expect(codeOf(uri, seconds * 1000)).toBe(code);
});
