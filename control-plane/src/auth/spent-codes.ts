import { createHmac, timingSafeEqual } from 'node:crypto';
import type { GenericEndpointContext } from 'better-auth';
import { getSessionFromCtx } from 'better-auth/api';
import { symmetricDecrypt } from 'better-auth/crypto';
import type { Database } from '../database/database.js';

/** As the sign-in library makes codes (RFC 6238), and how far it lets an app's clock be off. */
const stepMs = 30_000;
const stepsAside = [1, 0, -1];

type Context = GenericEndpointContext;

/**
 * Spends the code that a request brings: its step of time, and with it every earlier one. False when it fits no step that
 * is left, so that who looked over a shoulder can not use it once more (RFC 6238, 5.2). Of two requests with the same code
 * at the same moment, at whichever replica, one spends it.
 */
export async function spendCode(context: Context, database: Database, now: Date): Promise<boolean> {
  const userId = await whoseCode(context);
  const factor =
    userId !== undefined && (await database.system.twoFactor.findFirst({ where: { userId } }));
  if (!factor) return false;
  const key = context.context.secretConfig;
  const secret = await symmetricDecrypt({ key, data: factor.secret });
  const { code } = (context.body ?? {}) as { code?: unknown };
  const present = Math.floor(now.getTime() / stepMs);
  const step = stepsAside
    .map((aside) => present + aside)
    .find((one) => isSame(codeOfStep(secret, one), String(code)));
  if (step === undefined) return false;
  const { count } = await database.system.twoFactor.updateMany({
    where: { id: factor.id, OR: [{ spentStep: null }, { spentStep: { lt: step } }] },
    data: { spentStep: step },
  });
  return count > 0;
}

/** Of who is signed in, or else of who has shown a password and is now asked for a code: in the library's own order. */
async function whoseCode(context: Context): Promise<string | undefined> {
  const signedIn = await getSessionFromCtx(context);
  if (signedIn) return signedIn.user.id;
  const { createAuthCookie, internalAdapter, secret } = context.context;
  const asked = await context.getSignedCookie(createAuthCookie('two_factor').name, secret);
  return (asked && (await internalAdapter.findVerificationValue(asked))?.value) || undefined;
}

function codeOfStep(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', secret).update(counter).digest();
  const number = digest.readUInt32BE((digest.at(-1) ?? 0) & 0xf) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, '0');
}

const isSame = (code: string, said: string): boolean =>
  said.length === code.length && timingSafeEqual(Buffer.from(code), Buffer.from(said));
