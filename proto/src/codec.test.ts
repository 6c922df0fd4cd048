import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  decodeAgentFrame,
  decodeControlFrame,
  encodeAgentFrame,
  encodeControlFrame,
  maxFrameBytes,
} from './codec.js';
import { AgentFrameSchema } from './gen/drawbridge/v1/frame_pb.js';
import { agentBodies, controlBodies } from './testing/sample-frames.js';

const lease = { jobId: '11111111-0000-4000-8000-000000000000', epoch: 1n };

/** Field 999, a text: what a newer peer, or a careless one, might add. */
const unknownField = { no: 999, wireType: 2, data: new Uint8Array([4, 114, 111, 119, 115]) };

describe('the codec', () => {
  it.each(Object.entries(agentBodies))('carries what an agent says: %s', (_name, body) => {
    const encoded = encodeAgentFrame({ seq: 1n, ack: 2n, body });
    if (encoded.kind === 'invalid') throw new Error(JSON.stringify(encoded));
    const decoded = decodeAgentFrame(encoded.bytes);
    expect(decoded).toMatchObject({ kind: 'frame', frame: { seq: 1n, ack: 2n, body } });
  });

  it.each(Object.entries(controlBodies))(
    'carries what the control plane says: %s',
    (_name, body) => {
      const encoded = encodeControlFrame({ seq: 1n, ack: 2n, body });
      if (encoded.kind === 'invalid') throw new Error(JSON.stringify(encoded));
      const decoded = decodeControlFrame(encoded.bytes);
      expect(decoded).toMatchObject({ kind: 'frame', frame: { body } });
    },
  );

  it('says what is wrong with bytes that are no frame, and does not throw', () => {
    expect(decodeAgentFrame(new Uint8Array([255, 255]))).toMatchObject({
      problem: 'frame.malformed',
    });
    expect(decodeAgentFrame(new TextEncoder().encode('{"seq":1}'))).toMatchObject({
      kind: 'invalid',
    });
  });

  it('answers a frame without a body', () => {
    expect(decodeAgentFrame(new Uint8Array())).toMatchObject({ problem: 'frame.no_body' });
    expect(encodeControlFrame({})).toMatchObject({ problem: 'frame.no_body' });
  });

  it('answers a body that only a newer peer knows', () => {
    const bytes = new Uint8Array([0xfa, 0x06, 0x00]); // field 111, empty message
    expect(decodeControlFrame(bytes)).toMatchObject({ problem: 'frame.unknown_field' });
  });

  it('refuses an unknown field at any depth', () => {
    const frame = create(AgentFrameSchema, {
      body: { case: 'heartbeat', value: { leases: [lease] } },
    });
    if (frame.body.case !== 'heartbeat') throw new Error('no heartbeat');
    frame.body.value.leases[0]!.$unknown = [unknownField];
    expect(decodeAgentFrame(toBinary(AgentFrameSchema, frame))).toMatchObject({
      problem: 'frame.unknown_field',
    });
    expect(encodeAgentFrame(frame)).toMatchObject({ problem: 'frame.unknown_field' });
  });

  it('refuses on both ends what breaks a rule, and never repeats the value', () => {
    const frame = create(AgentFrameSchema, {
      body: { case: 'accepted', value: { lease: { jobId: 'alice@example.com', epoch: 1n } } },
    });
    const refusal = {
      kind: 'invalid',
      problem: 'frame.rule_broken',
      where: 'accepted.lease.job_id string.uuid',
    };
    expect(encodeAgentFrame(frame)).toEqual(refusal);
    expect(decodeAgentFrame(toBinary(AgentFrameSchema, frame))).toEqual(refusal);
  });

  it('refuses free text where a code belongs', () => {
    const failure = {
      kind: 2,
      code: 'destination.rejected',
      vendorCode: 'Key (email)=(a@b.c) exists',
    };
    const body = {
      case: 'finished',
      value: { lease, result: { case: 'failure', value: failure } },
    } as const;
    expect(encodeAgentFrame({ body })).toMatchObject({
      problem: 'frame.rule_broken',
      where: 'finished.failure.vendor_code string.pattern',
    });
  });

  it('refuses frames over the limit on both ends', () => {
    const advice = Array.from({ length: 2000 }, () => ({
      code: 'a.b',
      title: 't',
      advice: 'x'.repeat(1000),
    }));
    const body = { case: 'catalog', value: { advice } } as const;
    expect(encodeAgentFrame({ body })).toMatchObject({ problem: 'frame.too_large' });
    const bytes = new Uint8Array(maxFrameBytes + 1);
    expect(decodeAgentFrame(bytes)).toMatchObject({ problem: 'frame.too_large' });
  });
});
