import { Injectable } from '@nestjs/common';
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { recordEverywhere } from '../account/everywhere.js';
import type { Asker } from '../account/asker.js';
import { isName } from '../account/founding.js';
import { AppError } from '../app-error.js';
import { Clock } from '../clock.js';
import { Config } from '../config.js';
import { Database } from '../database/database.js';

export interface Person {
  id: string;
  name: string;
  email: string;
}

/** Of one person; a device hardly holds more than one or two. */
const mostKept = 20;

/**
 * Keys that a device keeps and lends to who unlocks it: something they have and something they know or are, so that no
 * other factor is asked for. Only the public half is here.
 */
@Injectable()
export class Passkeys {
  private readonly origin: string;
  private readonly rpID: string;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    config: Config,
  ) {
    const { origin, hostname } = new URL(config.publicUrl);
    this.origin = origin;
    this.rpID = hostname;
  }

  /** For any passkey that the browser has for us: nobody says who they are beforehand. */
  signInOptions() {
    return generateAuthenticationOptions({ rpID: this.rpID, userVerification: 'required' });
  }

  async addOptions({ id, name, email }: Person) {
    const kept = await this.database.system.passkey.findMany({ where: { userId: id } });
    if (kept.length >= mostKept)
      throw new AppError('passkey.too_many', `You have ${mostKept} passkeys. Remove some first.`);
    return generateRegistrationOptions({
      rpName: 'Drawbridge',
      rpID: this.rpID,
      userID: new Uint8Array(Buffer.from(id)),
      userName: email,
      userDisplayName: name,
      attestationType: 'none',
      excludeCredentials: kept.map(({ credentialId }) => ({ id: credentialId })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
  }

  async add(
    person: Person,
    made: { name: string; response: unknown; challenge: string },
    asker: Asker,
  ): Promise<void> {
    if (!isName(made.name))
      throw new AppError('passkey.bad_name', 'Name the passkey with 1 to 100 characters.');
    const credential = await this.credentialIn(made);
    const { id: userId } = person;
    await this.database.system.$transaction(async (tx) => {
      const { id: credentialId, publicKey, counter, transports = [] } = credential;
      await tx.passkey.create({
        data: { userId, name: made.name, credentialId, publicKey, counter, transports },
      });
      await recordEverywhere(tx, { action: 'account.add_passkey', userId }, asker);
    });
  }

  /** Whose it is. A counter that does not grow tells of a copy; devices that keep none always say 0. */
  async ownerOf(response: unknown, challenge: string): Promise<string> {
    const { id } = (response ?? {}) as { id?: unknown };
    const passkey = await this.database.system.passkey.findUnique({
      where: { credentialId: typeof id === 'string' ? id : '' },
    });
    if (!passkey) throw unknown();
    const { credentialId, publicKey, counter } = passkey;
    const verified = await verifyAuthenticationResponse({
      response: response as AuthenticationResponseJSON,
      ...this.expected(challenge),
      credential: {
        id: credentialId,
        publicKey: new Uint8Array(publicKey),
        counter: Number(counter),
      },
    }).catch(() => undefined);
    if (!verified?.verified) throw unknown();
    const { newCounter } = verified.authenticationInfo;
    // Of two answers with the same counter one comes too late.
    const { count } = await this.database.system.passkey.updateMany({
      where: { credentialId, counter },
      data: { counter: newCounter, lastUsedAt: this.clock.now() },
    });
    if (count === 0) throw unknown();
    return passkey.userId;
  }

  private async credentialIn({ response, challenge }: { response: unknown; challenge: string }) {
    const verified = await verifyRegistrationResponse({
      response: response as RegistrationResponseJSON,
      ...this.expected(challenge),
    }).catch(() => undefined);
    if (verified?.verified) return verified.registrationInfo.credential;
    throw new AppError('passkey.refused', 'The browser’s answer does not fit. Try again.');
  }

  private expected(expectedChallenge: string) {
    return {
      expectedChallenge,
      expectedOrigin: this.origin,
      expectedRPID: this.rpID,
      requireUserVerification: true,
    };
  }
}

const unknown = (): AppError =>
  new AppError(
    'passkey.unknown',
    'This passkey opens no account here. Sign in another way, and look at the page Security.',
  );
