import type { ExportedEntry } from '@drawbridge/proto';
import type { Operation } from './api.js';
import type { Connection, PageVariables } from './pages.js';

/** Every question that the command line asks, checked against schema.graphql by a test. */
export interface RunError {
  code: string;
  vendorCode: string;
  count: number;
  errorId: string;
  title: string | null;
  advice: string | null;
}

export const countNames = [
  'queried',
  'unchanged',
  'added',
  'changed',
  'removed',
  'invalid',
  'sent',
  'skipped',
  'rejected',
  'withheld',
  'pending',
  'uncertain',
] as const;
export type Counts = Record<(typeof countNames)[number], number>;

export const phaseNames = ['query', 'snapshot', 'diff', 'plan', 'deliver', 'record'] as const;
export type Phases = Record<`${(typeof phaseNames)[number]}Ms`, number>;

export interface Run {
  id: string;
  sync: string;
  version: number;
  state: string;
  trigger: string;
  agent: string | null;
  phase: string | null;
  dryRun: boolean;
  counts: Counts;
  phases: Phases;
  planned: number;
  /** While it is under way, as far as its agent can tell. */
  rowsPerSecond: number | null;
  remainingMs: number | null;
  planDigest: string | null;
  /** SHA-256 of the policy file that its agent was under; null without one. */
  policyDigest: string | null;
  options: { undo: string | null; canary: number | null };
  /** The guards that ask for a person's word: added, changed, removed. */
  heldBy: string[];
  /** pool or destination: what somebody has to resume before it may begin. */
  pausedBy: string | null;
  /** Agents that fell silent with it, oldest first; times as ISO 8601. */
  lapses: { agent: string; leasedAt: string; lapsedAt: string }[];
  resumed: number;
  resentForMapping: number;
  errors: RunError[];
  failure: RunError | null;
  baseline: { generation: number; key: string; sha256: string; rows: number; bytes: number } | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
}

const runFields = `
  id sync version state trigger agent phase dryRun planned createdAt startedAt finishedAt
  rowsPerSecond remainingMs planDigest policyDigest heldBy pausedBy resumed resentForMapping options { undo canary }
  lapses { agent leasedAt lapsedAt }
  counts { ${countNames.join(' ')} }
  phases { ${phaseNames.map((name) => `${name}Ms`).join(' ')} }
  errors { code vendorCode count errorId title advice }
  failure { code vendorCode count errorId title advice }
  baseline { generation key sha256 rows bytes }`;

export interface StartRunInput {
  sync: string;
  dryRun: boolean;
  full: boolean;
  rebaseline: boolean;
  verify: boolean;
  canary?: number;
  onlyRejected?: boolean;
  undo?: string;
  planDigest?: string;
  acceptTypes?: boolean;
  backfill?: boolean;
  fromNowOn?: boolean;
}

export const startRun: Operation<{ startRun: { run: Run } }, { input: StartRunInput }> = {
  document: `mutation StartRun($input: StartRunInput!) { startRun(input: $input) { run {${runFields}} } }`,
};

export const cancelRun: Operation<{ cancelRun: { run: Run } }, { input: { id: string } }> = {
  document: `mutation CancelRun($input: CancelRunInput!) { cancelRun(input: $input) { run {${runFields}} } }`,
};

export const approveRun: Operation<
  { approveRun: { run: Run } },
  { input: { runId: string; planDigest: string | null } }
> = {
  document: `mutation ApproveRun($input: ApproveRunInput!) { approveRun(input: $input) { run {${runFields}} } }`,
};

export const releaseRun: Operation<{ releaseRun: { run: Run } }, { input: { id: string } }> = {
  document: `mutation ReleaseRun($input: ReleaseRunInput!) { releaseRun(input: $input) { run {${runFields}} } }`,
};

export const oneRun: Operation<{ run: Run | null }, { id: string }> = {
  document: `query Run($id: ID!) { run(id: $id) {${runFields}} }`,
};

export interface RunFilter {
  states?: string[];
  trigger?: string;
  from?: string;
  to?: string;
  pool?: string;
  destination?: string;
}

export interface RunsVariables {
  sync: string | null;
  filter: RunFilter;
  first: number;
  after: string | null;
}

export const listRuns: Operation<
  {
    runs: Connection<Run>;
  },
  RunsVariables
> = {
  document: `query Runs($sync: String, $filter: RunFilter, $first: Int, $after: String) {
    runs(sync: $sync, filter: $filter, first: $first, after: $after) {
      edges { node {${runFields}} } pageInfo { hasNextPage endCursor }
    }
  }`,
};

export interface Agent {
  id: string;
  pool: string;
  version: string | null;
  online: boolean;
  slots: number;
  freeSlots: number;
  lastSeenAt: string | null;
  revokedAt: string | null;
  createdAt: string;
  /** When its key became the present one; null for its first. */
  rotatedAt: string | null;
  /** SHA-256 of its policy file; null without one. */
  policyDigest: string | null;
  rotating: boolean;
}

export const listAgents: Operation<{ agents: Connection<Agent> }, PageVariables> = {
  document: `query Agents($first: Int, $after: String) { agents(first: $first, after: $after) {
    edges { node { id pool version online slots freeSlots lastSeenAt revokedAt createdAt rotatedAt policyDigest rotating } }
    pageInfo { hasNextPage endCursor }
  } }`,
};

export interface EnrollmentToken {
  token: string;
  pool: string;
  expiresAt: string;
}

export const createEnrollmentToken: Operation<
  { createEnrollmentToken: EnrollmentToken },
  { input: { pool: string } }
> = {
  document: `mutation CreateEnrollmentToken($input: CreateEnrollmentTokenInput!) {
    createEnrollmentToken(input: $input) { token pool expiresAt }
  }`,
};

export const createApiKey: Operation<
  { createApiKey: { id: string; key: string } },
  { input: { name: string; role: string | null; expiresAt: string | null } }
> = {
  document: `mutation CreateApiKey($input: CreateApiKeyInput!) { createApiKey(input: $input) { id key } }`,
};

export interface ApiKey {
  id: string;
  name: string;
  role: string;
  /** What it begins with. */
  prefix: string | null;
  madeBy: string | null;
  createdAt: string;
  lastUsedAt: string | null;
  expiresAt: string | null;
}

const apiKeyFields = 'id name role prefix madeBy createdAt lastUsedAt expiresAt';

export const listApiKeys: Operation<{ apiKeys: Connection<ApiKey> }, PageVariables> = {
  document: `query ApiKeys($first: Int, $after: String) { apiKeys(first: $first, after: $after) {
    edges { node { ${apiKeyFields} } } pageInfo { hasNextPage endCursor }
  } }`,
};

export const revokeApiKey: Operation<
  { revokeApiKey: { apiKey: ApiKey } },
  { input: { id: string } }
> = {
  document: `mutation RevokeApiKey($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { apiKey { ${apiKeyFields} } } }`,
};

export interface Discovered {
  name: string;
  label: string | null;
  kind: string;
  type: string | null;
  isRequired: boolean;
  isKey: boolean;
}

export interface Discovery {
  entries: Discovered[];
  isCutOff: boolean;
  failure: RunError | null;
}

export const discoverConnection: Operation<
  { discoverConnection: Discovery },
  { input: { source?: string; destination?: string; path: readonly string[] } }
> = {
  document: `mutation DiscoverConnection($input: DiscoverConnectionInput!) {
    discoverConnection(input: $input) {
      entries { name label kind type isRequired isKey }
      isCutOff
      failure { code vendorCode count errorId title advice }
    }
  }`,
};

export interface NamedConnection {
  source: { name: string } | null;
  destination: { name: string } | null;
  /** The first of them, for who wrote a name that is none. */
  sources: { edges: { node: { name: string } }[] };
  destinations: { edges: { node: { name: string } }[] };
}

export const findConnection: Operation<NamedConnection, { name: string }> = {
  document: `query Connection($name: String!) {
    source(name: $name) { name }
    destination(name: $name) { name }
    sources { edges { node { name } } }
    destinations { edges { node { name } } }
  }`,
};

export interface AuditLine extends Omit<ExportedEntry, 'before' | 'after'> {
  /** Canonical JSON. */
  before: string | null;
  after: string | null;
}

export const listAudit: Operation<
  {
    audit: {
      edges: { node: AuditLine }[];
      pageInfo: { hasNextPage: boolean; endCursor: string | null };
    };
  },
  {
    filter: { action?: string; actor?: string; subject?: string };
    first: number;
    after: string | null;
    oldestFirst: boolean;
  }
> = {
  document: `query Audit($filter: AuditFilter, $first: Int, $after: String, $oldestFirst: Boolean) {
    audit(filter: $filter, first: $first, after: $after, oldestFirst: $oldestFirst) {
      edges { node {
        workspaceId sequence id createdAt actor { kind id name } action subject { kind id name }
        before after address userAgent previous hash
      } }
      pageInfo { hasNextPage endCursor }
    }
  }`,
};

export interface UsageSum {
  runs: number;
  succeeded: number;
  completedWithErrors: number;
  failed: number;
  cancelled: number;
  rows: Counts;
  bucketBytes: number;
}

const usageFields = `sum {
  runs succeeded completedWithErrors failed cancelled rows { ${countNames.join(' ')} } bucketBytes
}`;

export const readUsage: Operation<
  {
    usage: {
      from: string;
      to: string;
      total: UsageSum;
      days: { day: string; sum: UsageSum }[];
      syncs: { sync: string; sum: UsageSum }[];
    };
  },
  { filter: { from?: string; to?: string } }
> = {
  document: `query Usage($filter: UsageFilter) {
    usage(filter: $filter) {
      from to ${usageFields.replace('sum', 'total')} days { day ${usageFields} } syncs { sync ${usageFields} }
    }
  }`,
};

export interface Workspace {
  id: string;
  name: string;
  retentionDays: number;
  auditRetentionDays: number;
  /** Null: as many as agents have room for. */
  maxLeasedRuns: number | null;
}

const workspaceFields = 'id name retentionDays auditRetentionDays maxLeasedRuns';

export const readWorkspace: Operation<{ workspace: Workspace }, Record<string, never>> = {
  document: `query Workspace { workspace { ${workspaceFields} } }`,
};

export const updateWorkspace: Operation<
  { updateWorkspace: { workspace: Workspace } },
  { input: Partial<Omit<Workspace, 'id'>> }
> = {
  document: `mutation UpdateWorkspace($input: UpdateWorkspaceInput!) {
    updateWorkspace(input: $input) { workspace { ${workspaceFields} } }
  }`,
};
