import type { MessageInitShape } from '@bufbuild/protobuf';
import { ChoicesFrom, FieldType, Lookups } from '../gen/drawbridge/v1/catalog_pb.js';
import { DiscoveredKind } from '../gen/drawbridge/v1/discovery_pb.js';
import { FailureKind } from '../gen/drawbridge/v1/failure_pb.js';
import type { AgentFrameSchema, ControlFrameSchema } from '../gen/drawbridge/v1/frame_pb.js';
import { Phase, SyncOutcome } from '../gen/drawbridge/v1/report_pb.js';
import { Standing } from '../gen/drawbridge/v1/session_pb.js';
import { FirstRun, MappingChange, Mode, RemovalAction } from '../gen/drawbridge/v1/sync_pb.js';
import { sampleConnection, sampleSpec, sampleSpecOfLaterWords } from './sample-spec.js';

const id = (digit: number): string => `${`${digit}`.repeat(8)}-0000-4000-8000-000000000000`;
const bytes = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => index % 256);
const lease = { jobId: id(1), epoch: 3n };
const failure = {
  kind: FailureKind.REJECTED,
  code: 'destination.rejected',
  vendorCode: '23505',
  errorId: id(2),
  retryAfterMs: 1500,
};
const counts = {
  queried: 1000n,
  unchanged: 900n,
  added: 60n,
  changed: 39n,
  removed: 5n,
  invalid: 1n,
  sent: 100n,
  skipped: 1n,
  rejected: 1n,
  withheld: 1n,
  pending: 1n,
  uncertain: 0n,
};
const phases = { queryMs: 1n, snapshotMs: 2n, diffMs: 3n, planMs: 4n, deliverMs: 5n, recordMs: 6n };

type AgentBody = NonNullable<MessageInitShape<typeof AgentFrameSchema>['body']>;
type ControlBody = NonNullable<MessageInitShape<typeof ControlFrameSchema>['body']>;

/** One of every body that an agent says; together they set each field. */
export const agentBodies: Record<string, AgentBody> = {
  enroll: {
    case: 'enroll',
    value: { token: `dbe_${'a'.repeat(43)}`, publicKey: bytes(91), signature: bytes(64) },
  },
  hello: {
    case: 'hello',
    value: {
      agentId: id(3),
      bootId: id(4),
      signature: bytes(64),
      version: '0.1.0',
      protocolVersion: 1,
      slots: 4,
    },
  },
  'hello-policy': {
    case: 'hello',
    value: {
      agentId: id(3),
      bootId: id(4),
      signature: bytes(64),
      version: '0.1.0',
      protocolVersion: 1,
      slots: 4,
      policyDigest: 'ef'.repeat(32),
    },
  },
  'next-key': { case: 'nextKey', value: { publicKey: bytes(91), signature: bytes(64) } },
  heartbeat: { case: 'heartbeat', value: { freeSlots: 3, leases: [lease], number: 7n } },
  catalog: {
    case: 'catalog',
    value: {
      sources: [{ name: 'postgres', label: 'Postgres', settings: [hostField()], secrets: [] }],
      destinations: [
        {
          name: 'http',
          label: 'HTTP',
          settings: [
            {
              name: 'headers',
              label: 'Headers',
              type: FieldType.GROUP,
              fields: [hostField()],
            },
          ],
          secrets: [{ name: 'token', label: 'Token', type: FieldType.TEXT, required: true }],
          objects: [
            {
              name: '*',
              label: 'Requests',
              modes: [Mode.UPSERT, Mode.MIRROR],
              removals: [RemovalAction.DELETE],
              firstRun: FirstRun.SEND,
              needsKey: true,
              options: [
                {
                  name: 'batchSize',
                  label: 'Rows in a request',
                  type: FieldType.NUMBER,
                  default: { value: { case: 'number', value: 1 } },
                  minimum: 1,
                  maximum: 1000,
                },
              ],
            },
          ],
        },
      ],
      advice: [
        {
          code: 'destination.rejected',
          vendorCode: '23505',
          title: 'A row exists already',
          advice: 'Map the key.',
        },
      ],
    },
  },
  'catalog-lookups': {
    case: 'catalog',
    value: {
      destinations: [
        {
          name: 'postgres',
          label: 'Postgres',
          lookups: Lookups.CREATE,
          objects: [
            {
              name: '*',
              label: 'Table',
              modes: [Mode.REPLACE],
              firstRun: FirstRun.SEND,
              options: [
                {
                  name: 'returning',
                  label: 'Fields',
                  type: FieldType.TEXT_LIST,
                  default: { value: { case: 'list', value: { texts: ['id'] } } },
                },
                {
                  name: 'quoted',
                  label: 'Quoted',
                  type: FieldType.BOOLEAN,
                  default: { value: { case: 'flag', value: true } },
                },
              ],
            },
          ],
        },
      ],
    },
  },
  accepted: { case: 'accepted', value: { lease } },
  refused: { case: 'refused', value: { lease, failure } },
  progress: {
    case: 'progress',
    value: { lease, phase: Phase.DELIVER, counts, phases, planned: 104n },
  },
  'progress-rate': {
    case: 'progress',
    value: {
      lease,
      phase: Phase.DELIVER,
      counts: { ...counts, pending: 0n, uncertain: 1n },
      phases,
      planned: 104n,
      rowsPerSecond: 1200n,
      remainingMs: 86n,
    },
  },
  'finished-sync': {
    case: 'finished',
    value: {
      lease,
      result: {
        case: 'syncReport',
        value: {
          outcome: SyncOutcome.COMPLETED_WITH_ERRORS,
          counts,
          phases,
          errors: [{ failure, count: 1n }],
          baseline: {
            generation: 2n,
            key: `v1/ws=${id(5)}/sync=${id(6)}/baseline/manifest-2.json`,
            sha256: 'ab'.repeat(32),
            rows: 1000n,
            bytes: 65_536n,
          },
          failure,
          agentPeakBytes: 1n << 28n,
          bucketBytes: 70_000n,
        },
      },
    },
  },
  'finished-sync-waiting': {
    case: 'finished',
    value: {
      lease,
      result: {
        case: 'syncReport',
        value: {
          outcome: SyncOutcome.WAITING_APPROVAL,
          counts,
          phases,
          planDigest: 'cd'.repeat(32),
          resumed: 7n,
          resentForMapping: 30n,
        },
      },
    },
  },
  'finished-sync-policy': {
    case: 'finished',
    value: {
      lease,
      result: {
        case: 'syncReport',
        value: {
          outcome: SyncOutcome.SUCCEEDED,
          counts,
          phases,
          policyDigest: 'ef'.repeat(32),
          resumed: 7n,
          resentForMapping: 30n,
        },
      },
    },
  },
  'finished-connection': {
    case: 'finished',
    value: { lease, result: { case: 'connectionReport', value: { failure, durationMs: 12 } } },
  },
  'finished-discovery': {
    case: 'finished',
    value: {
      lease,
      result: {
        case: 'discovery',
        value: {
          entries: [
            {
              name: 'ExtId__c',
              label: 'External id',
              kind: DiscoveredKind.FIELD,
              type: 'string(18)',
              isRequired: true,
              isKey: true,
            },
            { name: '"Odd.Name"', kind: DiscoveredKind.TABLE },
          ],
          isCutOff: true,
          durationMs: 31,
        },
      },
    },
  },
  'finished-discovery-failed': {
    case: 'finished',
    value: { lease, result: { case: 'discovery', value: { failure, durationMs: 12 } } },
  },
  'catalog-when': {
    case: 'catalog',
    value: {
      sources: [
        {
          name: 'snowflake',
          label: 'Snowflake',
          settings: [
            {
              name: 'auth',
              label: 'Sign-in',
              type: FieldType.CHOICE,
              choices: ['keyPair', 'password'],
            },
            {
              name: 'account',
              label: 'Account',
              type: FieldType.TEXT,
              required: true,
              example: 'myorg-account1',
              choicesFrom: ChoicesFrom.CONNECTION,
              when: { field: 'auth', is: ['keyPair', 'password'] },
            },
          ],
        },
      ],
    },
  },
  'finished-failure': {
    case: 'finished',
    value: { lease, result: { case: 'failure', value: failure } },
  },
  goodbye: { case: 'goodbye', value: {} },
};

function hostField() {
  return {
    name: 'host',
    label: 'Host',
    help: 'Name or address.',
    type: FieldType.CHOICE,
    required: true,
    default: { value: { case: 'text', value: 'localhost' } as const },
    choices: ['localhost', 'db.internal'],
  };
}

/** One of every body that the control plane says; together they set each field. */
export const controlBodies: Record<string, ControlBody> = {
  rotate: { case: 'rotate', value: {} },
  challenge: {
    case: 'challenge',
    value: { nonce: bytes(32), serverTime: { seconds: 1_800_000_000n, nanos: 5 } },
  },
  enrolled: {
    case: 'enrolled',
    value: { agentId: id(3), workspaceId: id(5), pool: 'default' },
  },
  welcome: { case: 'welcome', value: { sessionId: id(7), heartbeatMs: 5000, leaseMs: 30_000 } },
  'heartbeat-answer': {
    case: 'heartbeatAnswer',
    value: { number: 7n, leases: [{ lease, standing: Standing.CANCEL }] },
  },
  'offer-run-sync': {
    case: 'offer',
    value: {
      lease,
      work: {
        case: 'runSync',
        value: {
          runId: id(8),
          spec: sampleSpec,
          options: { dryRun: true, full: true, rebaseline: true, verify: true },
        },
      },
    },
  },
  'offer-run-sync-words': {
    case: 'offer',
    value: {
      lease,
      work: {
        case: 'runSync',
        value: {
          runId: id(8),
          spec: sampleSpecOfLaterWords,
          options: {
            canary: 100n,
            onlyRejected: true,
            undoRunId: id(7),
            acceptTypes: true,
            approvedPlan: 'cd'.repeat(32),
            mappingChange: MappingChange.BACKFILL,
          },
        },
      },
    },
  },
  'offer-undo': {
    case: 'offer',
    value: {
      lease,
      work: {
        case: 'runSync',
        value: {
          runId: id(8),
          spec: sampleSpecOfLaterWords,
          options: { undoRunId: id(7), expectedPlan: 'ef'.repeat(32) },
        },
      },
    },
  },
  'offer-check-connection': {
    case: 'offer',
    value: {
      lease,
      work: {
        case: 'checkConnection',
        value: { connection: { case: 'source', value: sampleConnection } },
      },
    },
  },
  'offer-check-destination': {
    case: 'offer',
    value: {
      lease,
      work: {
        case: 'checkConnection',
        value: { connection: { case: 'destination', value: sampleConnection } },
      },
    },
  },
  'offer-discover': {
    case: 'offer',
    value: {
      lease,
      work: {
        case: 'discover',
        value: { connection: { case: 'source', value: sampleConnection }, path: ['marts'] },
      },
    },
  },
  'offer-discover-destination': {
    case: 'offer',
    value: {
      lease,
      work: {
        case: 'discover',
        value: { connection: { case: 'destination', value: sampleConnection } },
      },
    },
  },
  cancel: { case: 'cancel', value: { lease } },
  problem: { case: 'problem', value: { code: 'session.revoked', retryable: true } },
  acknowledgement: { case: 'acknowledgement', value: {} },
};
