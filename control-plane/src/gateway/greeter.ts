import { randomUUID } from 'node:crypto';
import type { AgentFrame, Enroll, Hello } from '@drawbridge/proto';
import { Injectable, Logger } from '@nestjs/common';
import { EnrollmentService } from '../agent/enrollment.service.js';
import { PresenceService, type Identity, type OpenSession } from '../agent/presence.service.js';
import { RotationService } from '../agent/rotation.service.js';
import { AppError } from '../app-error.js';
import { Config } from '../config.js';
import type { Hearing } from './hearing.js';
import { lostSession } from './problem.js';
import { enrolmentBytes, isSignedBy, sessionBytes } from './proof.js';
import type { Voice } from './voice.js';

const protocolVersion = 1;

/** An agent that has proved who it is. */
export interface Guest extends OpenSession {
  poolId: string;
  /** It is to make a new key. */
  isKeyWanted: boolean;
}

/** From a stranger who was challenged to an agent with a session: [enroll → enrolled] → hello → welcome. */
@Injectable()
export class Greeter {
  private readonly logger = new Logger(Greeter.name);

  constructor(
    private readonly enrollment: EnrollmentService,
    private readonly presence: PresenceService,
    private readonly rotation: RotationService,
    private readonly config: Config,
  ) {}

  /** Undefined when the stranger hung up. */
  async greet(voice: Voice, hearing: Hearing, nonce: Uint8Array): Promise<Guest | undefined> {
    let frame = await hearing.next();
    if (frame?.body.case === 'enroll') {
      await this.enrol(voice, frame.body.value, nonce);
      frame = await hearing.next();
    }
    if (!frame) return undefined;
    const hello = helloIn(frame);
    const guest = await this.open(await this.recognise(hello, nonce), hello, voice);
    const { heartbeatMs, leaseMs } = this.config;
    voice.say({ case: 'welcome', value: { sessionId: guest.sessionId, heartbeatMs, leaseMs } });
    return guest;
  }

  /** The session is over; only its own is closed, never a newer one's. */
  async farewell(guest: Guest): Promise<void> {
    await this.presence.close(guest);
  }

  private async enrol(voice: Voice, enroll: Enroll, nonce: Uint8Array): Promise<void> {
    const { token, publicKey, signature } = enroll;
    if (!isSignedBy(publicKey, enrolmentBytes(nonce, token), signature)) throw badSignature();
    const answer = await this.enrollment.spend(token, publicKey);
    if (answer.kind === 'refused')
      throw new AppError(`session.${answer.why}`, 'Make a new enrolment token and start again.');
    const { agentId, workspaceId, pool } = answer;
    this.logger.log({ agentId, workspaceId }, 'An agent enrolled');
    voice.say({ case: 'enrolled', value: { agentId, workspaceId, pool } });
  }

  /** Only to its owner is a key said to be revoked. */
  private async recognise(hello: Hello, nonce: Uint8Array): Promise<Identity> {
    const { agentId, bootId, signature } = hello;
    const identity = await this.presence.identity(agentId);
    if (!identity)
      throw new AppError('session.unknown_agent', 'There is no such agent. Enrol it anew.');
    const bytes = sessionBytes(nonce, agentId, bootId);
    const { publicKey, nextPublicKey, isRevoked } = identity;
    const isPresent = isSignedBy(publicKey, bytes, signature);
    const isNext = !isPresent && nextPublicKey && isSignedBy(nextPublicKey, bytes, signature);
    if (!isPresent && !isNext) throw badSignature();
    if (isRevoked) throw lostSession('revoked');
    if (isNext) await this.rotation.confirm(identity, nextPublicKey);
    return { ...identity, isKeyWanted: identity.isKeyWanted && !isNext };
  }

  private async open(identity: Identity, hello: Hello, voice: Voice): Promise<Guest> {
    const { agentId, workspaceId, poolId, isKeyWanted } = identity;
    const { bootId, version, slots, policyDigest } = hello;
    const session = { agentId, workspaceId, sessionId: randomUUID(), bootId };
    const appliedSeq = await this.presence.open(session, { version, slots, policyDigest });
    if (appliedSeq === undefined) throw lostSession('revoked');
    voice.startFrom(appliedSeq);
    return { ...session, poolId, isKeyWanted };
  }
}

function helloIn({ body }: AgentFrame): Hello {
  if (body.case !== 'hello')
    throw new AppError('session.unexpected_frame', 'An agent says hello before anything else.');
  if (body.value.protocolVersion !== protocolVersion)
    throw new AppError('session.old_protocol', 'Bring the agent to the current version.');
  return body.value;
}

const badSignature = (): AppError =>
  new AppError('session.bad_signature', 'The signature does not fit key and connection.');
