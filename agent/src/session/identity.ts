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
 */
export interface Enrolment {
  agentId: string;
  workspaceId: string;
  pool: string;
}

interface Stored {
  format: 1;
  privateKey: string;
  enrolment?: Enrolment;
}

export class Identity {
  private constructor(
    private readonly keeper: IdentityKeeper,
    private readonly key: KeyObject,
    private enrolled: Enrolment | undefined,
  ) {}

  /** Reads what is kept, or makes a key and stores it. */
  static async open(keeper: IdentityKeeper): Promise<Identity> {
    const known = await Identity.read(keeper);
    if (known) return known;
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const identity = new Identity(keeper, privateKey, undefined);
    await identity.store();
    return identity;
  }

  /** Undefined when there is none yet; makes and stores nothing. */
  static async read(keeper: IdentityKeeper): Promise<Identity | undefined> {
    const text = await keeper.read();
    if (text === undefined) return undefined;
    const stored = storedIn(text);
    return new Identity(keeper, keyIn(stored), stored.enrolment);
  }

  get enrolment(): Enrolment | undefined {
    return this.enrolled;
  }

  /** SubjectPublicKeyInfo, DER. */
  get publicKey(): Uint8Array {
    return createPublicKey(this.key).export({ type: 'spki', format: 'der' });
  }

  /** ECDSA with SHA-256, as IEEE P1363: 64 bytes. */
  sign(message: Uint8Array): Uint8Array {
    return sign('sha256', message, { key: this.key, dsaEncoding: 'ieee-p1363' });
  }

  async enrol(enrolment: Enrolment): Promise<void> {
    this.enrolled = enrolment;
    await this.store();
  }

  private async store(): Promise<void> {
    const stored: Stored = {
      format: 1,
      privateKey: this.key.export({ type: 'pkcs8', format: 'pem' }).toString(),
      ...(this.enrolled ? { enrolment: this.enrolled } : {}),
    };
    await this.keeper.write(`${JSON.stringify(stored, null, 2)}\n`);
  }
}

function storedIn(text: string): Stored {
  try {
    return checked(JSON.parse(text));
  } catch (error) {
    return damaged(error);
  }
}

function checked(value: unknown): Stored {
  const { format, privateKey, enrolment } = value as Partial<Stored>;
  const isWhole = !enrolment || (enrolment.agentId && enrolment.workspaceId && enrolment.pool);
  if (format !== 1 || typeof privateKey !== 'string' || !isWhole) return damaged(undefined);
  return { format, privateKey, ...(enrolment ? { enrolment } : {}) };
}

function keyIn({ privateKey }: Stored): KeyObject {
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
