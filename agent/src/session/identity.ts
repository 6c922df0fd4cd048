import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Failure } from '../failure.js';

/** Where an identity rests: a file, or an entry of a Kubernetes Secret. */
export interface IdentityKeeper {
  /** Undefined when nothing is kept there yet. */
  read(): Promise<string | undefined>;
  /** All of it or nothing. */
  write(text: string): Promise<void>;
}

/**
 * Who this agent is. Its states:
 *
 *   nothing → key: made here and stored before anything is said, so that a crash costs nothing
 *   key → enrolled: the control plane knows the public half; its ids are stored beside the key
 *   enrolled → rotating: a next key was made and stored beside the present one. Which of them the control plane takes is
 *     not known for certain, since any answer may be lost: the next one is tried first, then the other
 *   rotating → enrolled: the next key opened a session and is the present one; the old one is gone
 */
export interface Enrolment {
  agentId: string;
  workspaceId: string;
  pool: string;
}

interface Stored {
  format: 1;
  privateKey: string;
  nextPrivateKey?: string;
  enrolment?: Enrolment;
}

export class Identity {
  /** Whether the next key signs. */
  private triesNext: boolean;

  private constructor(
    private readonly keeper: IdentityKeeper,
    private key: KeyObject,
    private enrolled: Enrolment | undefined,
    private next?: KeyObject,
  ) {
    this.triesNext = next !== undefined;
  }

  /** Reads what is kept, or makes a key and stores it. */
  static async open(keeper: IdentityKeeper): Promise<Identity> {
    const known = await Identity.read(keeper);
    if (known) return known;
    const identity = new Identity(keeper, makeKey(), undefined);
    await identity.store();
    return identity;
  }

  /** Undefined when there is none yet; makes and stores nothing. */
  static async read(keeper: IdentityKeeper): Promise<Identity | undefined> {
    const text = await keeper.read();
    if (text === undefined) return undefined;
    const stored = storedIn(text);
    const { privateKey, nextPrivateKey, enrolment } = stored;
    const next = nextPrivateKey === undefined ? undefined : keyIn(nextPrivateKey);
    return new Identity(keeper, keyIn(privateKey), enrolment, next);
  }

  get enrolment(): Enrolment | undefined {
    return this.enrolled;
  }

  /** SubjectPublicKeyInfo, DER. */
  get publicKey(): Uint8Array {
    return publicHalf(this.signer);
  }

  /** ECDSA with SHA-256, as IEEE P1363: 64 bytes. */
  sign(message: Uint8Array): Uint8Array {
    return signed(message, this.signer);
  }

  /** The key that this agent will sign with, made and stored when there is none yet, and its own proof of the message. */
  async rotate(message: Uint8Array): Promise<{ publicKey: Uint8Array; signature: Uint8Array }> {
    this.next ??= makeKey();
    await this.store();
    this.triesNext = true;
    return { publicKey: publicHalf(this.next), signature: signed(message, this.next) };
  }

  /** True when the next key was refused, because the control plane never heard of it, and the present one is tried. */
  passOver({ code }: Failure): boolean {
    if (!this.triesNext || code !== 'session.bad_signature') return false;
    this.triesNext = false;
    return true;
  }

  /** The control plane took the signature. When it was the next key's, the old key is gone from now on. */
  async welcomed(): Promise<'rotated' | 'as before'> {
    if (!this.next || !this.triesNext) return 'as before';
    this.key = this.next;
    this.next = undefined;
    this.triesNext = false;
    await this.store();
    return 'rotated';
  }

  private get signer(): KeyObject {
    return this.next && this.triesNext ? this.next : this.key;
  }

  async enrol(enrolment: Enrolment): Promise<void> {
    this.enrolled = enrolment;
    await this.store();
  }

  private async store(): Promise<void> {
    const stored: Stored = {
      format: 1,
      privateKey: pemOf(this.key),
      ...(this.next ? { nextPrivateKey: pemOf(this.next) } : {}),
      ...(this.enrolled ? { enrolment: this.enrolled } : {}),
    };
    await this.keeper.write(`${JSON.stringify(stored, null, 2)}\n`);
  }
}

const makeKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

const publicHalf = (key: KeyObject): Uint8Array =>
  createPublicKey(key).export({ type: 'spki', format: 'der' });

const signed = (message: Uint8Array, key: KeyObject): Uint8Array =>
  sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' });

const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

function storedIn(text: string): Stored {
  try {
    return checked(JSON.parse(text));
  } catch (error) {
    return damaged(error);
  }
}

function checked(value: unknown): Stored {
  const { format, privateKey, nextPrivateKey, enrolment } = value as Partial<Stored>;
  const isWhole = !enrolment || (enrolment.agentId && enrolment.workspaceId && enrolment.pool);
  if (format !== 1 || typeof privateKey !== 'string' || !isWhole) return damaged(undefined);
  return {
    format,
    privateKey,
    ...(typeof nextPrivateKey === 'string' ? { nextPrivateKey } : {}),
    ...(enrolment ? { enrolment } : {}),
  };
}

function keyIn(privateKey: string): KeyObject {
  try {
    return createPrivateKey(privateKey);
  } catch {
    // The library's error may quote the key.
    return damaged(undefined);
  }
}

/** Whatever was kept is no identity. */
export function damaged(cause: unknown): never {
  throw new Failure(
    'CONFIG',
    'identity.unreadable',
    'What DRAWBRIDGE_IDENTITY names holds no identity. Restore it, or remove it and enrol again.',
    cause instanceof Failure ? {} : { cause },
  );
}
