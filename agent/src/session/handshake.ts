import { createHash } from 'node:crypto';
import type { ControlFrame, Welcome } from '@drawbridge/proto';
import { Failure } from '../failure.js';
import type { Connection } from './connection.js';
import type { EnrollmentTokens } from './enrollment-tokens.js';
import type { Enrolment, Identity } from './identity.js';

export interface Self {
  identity: Identity;
  tokens: EnrollmentTokens;
  bootId: string;
  version: string;
  slots: number;
  /** SHA-256 of the policy file, in hex; empty without one. */
  policyDigest: string;
}

const protocolVersion = 1;

/** Challenge → (enroll → enrolled) → hello → welcome. */
export async function shakeHands(connection: Connection, self: Self): Promise<Welcome> {
  const { nonce, enrolment } = await enrolOn(connection, self);
  const { bootId, version, slots, policyDigest } = self;
  const text = `${enrolment.agentId}${bootId}`;
  const signature = self.identity.sign(
    Buffer.concat([Buffer.from('drawbridge-session-v1\n'), nonce, Buffer.from(text)]),
  );
  const { agentId } = enrolment;
  connection.send({
    body: {
      case: 'hello',
      value: { agentId, bootId, signature, version, protocolVersion, slots, policyDigest },
    },
  });
  return heard(await next(connection), 'welcome');
}

/** The first half: who we are, enrolling if nobody knows us yet. The token is spent by whoever shows it first. */
export async function enrolOn(
  connection: Connection,
  { identity, tokens }: Pick<Self, 'identity' | 'tokens'>,
): Promise<{ nonce: Uint8Array; enrolment: Enrolment }> {
  const { nonce } = heard(await next(connection), 'challenge');
  if (identity.enrolment) return { nonce, enrolment: identity.enrolment };
  const token = tokens.current;
  if (token === undefined)
    throw new Failure(
      'CONFIG',
      'enrolment.no_token',
      'Nobody knows this agent yet. Make a token with `drawbridge enroll-token` and set DRAWBRIDGE_ENROLLMENT_TOKEN.',
    );
  const signature = identity.sign(
    Buffer.concat([
      Buffer.from('drawbridge-enroll-v1\n'),
      nonce,
      createHash('sha256').update(token).digest(),
    ]),
  );
  const { publicKey } = identity;
  connection.send({ body: { case: 'enroll', value: { token, publicKey, signature } } });
  const { agentId, workspaceId, pool } = heard(await next(connection), 'enrolled');
  const enrolment = { agentId, workspaceId, pool };
  await identity.enrol(enrolment);
  return { nonce, enrolment };
}

async function next(connection: Connection): Promise<ControlFrame> {
  const { value } = await connection.frames.next();
  if (value) return value;
  throw new Failure('TRANSIENT', 'session.cut', 'The control plane hung up.');
}

type Body = ControlFrame['body'];
type ValueOf<Case> = Extract<Body, { case: Case }>['value'];

function heard<Case extends 'challenge' | 'enrolled' | 'welcome'>(
  { body }: ControlFrame,
  expected: Case,
): ValueOf<Case> {
  if (body.case === expected) return body.value as ValueOf<Case>;
  if (body.case === 'problem') throw problemFailure(body.value);
  throw new Failure(
    'TRANSIENT',
    'session.out_of_turn',
    'The control plane said something else than was its turn.',
  );
}

const foreignFrame =
  'The control plane does not take what this agent says. Bring both to the same version, and look at any proxy between.';

/** Why a control plane has no use for an agent, by code, and what a person does about it. */
export const refusals: Readonly<Record<string, string>> = {
  'session.revoked': 'This agent was revoked. Remove its identity and enrol it with a new token.',
  'session.token_spent':
    'The enrolment token was used before. Make a new one with `drawbridge enroll-token`.',
  'session.token_expired':
    'The enrolment token is too old. Make a new one with `drawbridge enroll-token`.',
  'session.bad_token':
    'The control plane does not know the enrolment token. Make one with `drawbridge enroll-token`.',
  'session.bad_signature':
    'The control plane does not accept this agent’s key. Remove its identity and enrol it again.',
  'session.replaced':
    'Another process uses this agent’s identity. Give each agent an identity of its own.',
  'session.old_protocol': 'This agent is too old for the control plane. Install a newer one.',
  'session.unknown_agent':
    'The control plane does not know this agent. Remove its identity and enrol it with a new token.',
  'session.unexpected_frame': foreignFrame,
  'frame.bad_number': foreignFrame,
  'frame.malformed': foreignFrame,
  'frame.no_body': foreignFrame,
  'frame.rule_broken': foreignFrame,
  'frame.too_large': foreignFrame,
  'frame.unknown_field':
    'This agent says something that the control plane does not know. Update the control plane, or install the agent of its version.',
};

const unknownRefusal =
  'The control plane refuses this agent for a reason that this version does not know. Install a newer agent.';

/** TRANSIENT when connecting again may help, CONFIG when a person must act. */
export function problemFailure({ code, retryable }: { code: string; retryable: boolean }): Failure {
  return retryable
    ? new Failure('TRANSIENT', code, 'The control plane asks to come again later.')
    : new Failure('CONFIG', code, refusals[code] ?? unknownRefusal);
}
