import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { open, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '../failure.js';

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
    private readonly file: string,
    private readonly key: KeyObject,
    private enrolled: Enrolment | undefined,
  ) {}

  /** Reads the file, or makes a key and stores it. */
  static async open(file: string): Promise<Identity> {
    const stored = await read(file);
    if (stored) return new Identity(file, keyIn(stored), stored.enrolment);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const identity = new Identity(file, privateKey, undefined);
    await identity.store();
    return identity;
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
    await writeWhole(this.file, `${JSON.stringify(stored, null, 2)}\n`).catch((error: unknown) => {
      throw new Failure(
        'CONFIG',
        'identity.unwritable',
        'The agent cannot store its key. Point DRAWBRIDGE_IDENTITY at a folder that it may write to.',
        { cause: error },
      );
    });
  }
}

async function read(file: string): Promise<Stored | undefined> {
  const { mode } = (await stat(file).catch(missing)) ?? { mode: undefined };
  if (mode === undefined) return undefined;
  if ((mode & 0o077) !== 0)
    throw new Failure(
      'CONFIG',
      'identity.open_to_others',
      'Others may read the agent’s key. Run chmod 600 on the file that DRAWBRIDGE_IDENTITY names.',
    );
  const text = await readFile(file, 'utf8').catch((error: unknown) => damaged(error));
  try {
    return checked(JSON.parse(text));
  } catch (error) {
    return damaged(error);
  }
}

function missing(error: unknown): undefined {
  if ((error as { code?: string }).code === 'ENOENT') return undefined;
  return damaged(error);
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

function damaged(cause: unknown): never {
  throw new Failure(
    'CONFIG',
    'identity.unreadable',
    'The file that DRAWBRIDGE_IDENTITY names holds no identity. Restore it, or remove it and enrol again.',
    cause instanceof Failure ? {} : { cause },
  );
}

/** Never half a file: written beside, made durable, then moved over the old one. */
async function writeWhole(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${process.pid}.tmp`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await rm(unfinished, { force: true });
  const handle = await open(unfinished, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
  const folder = await open(dirname(file), 'r');
  await folder.sync().finally(() => folder.close());
}
