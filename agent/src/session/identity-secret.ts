import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import type { RequestOptions } from 'node:https';
import { join } from 'node:path';
import { asAgent } from '../connector/journey.js';
import { Failure } from '../failure.js';
import { damaged } from './identity.js';
import type { IdentityKeeper } from './identity.js';

/** How a pod reaches the API of its own cluster. */
export interface Cluster {
  host: string;
  port: number;
  /** Holds `token` and `ca.crt`, as Kubernetes mounts them; read at each request, for tokens change by the hour. */
  folder: string;
}

export interface SecretEntry {
  namespace: string;
  name: string;
  /** The entry of its data that is ours; other agents of the pool have theirs beside it. */
  entry: string;
}

/** A Secret as the API gives it; all that we do not know of it goes back as it came. */
interface Secret {
  metadata: { resourceVersion?: string };
  data?: Record<string, string>;
}

const answerMs = 15_000;
/** How often we try again when another agent of the pool has written between our reading and writing. */
const tries = 8;
const maxBytes = 4 << 20;

/**
 * One entry of a Secret that is there already: it needs `get` and `update` on that one Secret and nothing else. A write
 * names the version that was read, so two agents that enrol at once lose nothing of each other's.
 */
export class IdentitySecret implements IdentityKeeper {
  constructor(
    private readonly cluster: Cluster,
    private readonly place: SecretEntry,
  ) {}

  async read(): Promise<string | undefined> {
    const { data } = await this.secret();
    const kept = data?.[this.place.entry];
    return kept ? Buffer.from(kept, 'base64').toString('utf8') : undefined;
  }

  async write(text: string): Promise<void> {
    for (let n = 0; n < tries; n += 1) {
      const secret = await this.secret();
      const data = { ...secret.data, [this.place.entry]: Buffer.from(text).toString('base64') };
      const { status } = await this.ask('PUT', JSON.stringify({ ...secret, data }));
      if (status === 200) return;
      if (status !== 409) throw refused(status);
    }
    throw new Failure(
      'CONFIG',
      'identity.secret_contended',
      'Others change the Secret that DRAWBRIDGE_IDENTITY names all the time. Give it to the agents of one pool alone.',
    );
  }

  private async secret(): Promise<Secret> {
    const { status, body } = await this.ask('GET');
    if (status !== 200) throw refused(status);
    try {
      return JSON.parse(body) as Secret;
    } catch {
      // The parser's error quotes what it read.
      return damaged(undefined);
    }
  }

  private async ask(method: string, body = ''): Promise<{ status: number; body: string }> {
    const { host, port, folder } = this.cluster;
    const { namespace, name } = this.place;
    const [token, ca] = await Promise.all([
      readFile(join(folder, 'token'), 'utf8'),
      readFile(join(folder, 'ca.crt'), 'utf8'),
    ]).catch(unmounted);
    const options = {
      method,
      host,
      port,
      path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`,
      // An agent of its own: the cluster is never asked through a proxy.
      agent: new Agent({ ca }),
      headers: {
        authorization: `Bearer ${token.trim()}`,
        accept: 'application/json',
        ...(body && { 'content-type': 'application/json' }),
      },
      signal: AbortSignal.timeout(answerMs),
    };
    return exchange(options, body).catch(unreachable);
  }
}

async function exchange(
  options: RequestOptions,
  body: string,
): Promise<{ status: number; body: string }> {
  const asked = asAgent(() => request(options));
  const answer = new Promise<{ status: number; body: string }>((resolve, reject) => {
    asked.once('error', reject);
    asked.once('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxBytes) response.destroy(new RangeError('too long an answer'));
        else chunks.push(chunk);
      });
      response.once('error', reject);
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      );
    });
  });
  asked.end(body);
  return answer;
}

/** The answer's text may quote the Secret, so it goes nowhere. */
function refused(status: number): Failure {
  const vendorCode = String(status);
  if (status === 404)
    return new Failure(
      'CONFIG',
      'identity.no_secret',
      'There is no Secret of the name in DRAWBRIDGE_IDENTITY. Make an empty one: the agent may change it and no more.',
      { vendorCode },
    );
  if (status === 401 || status === 403)
    return new Failure(
      'CONFIG',
      'identity.secret_forbidden',
      'The cluster does not let the agent get and update its identity. Bind its service account to a Role with both verbs on that one Secret.',
      { vendorCode },
    );
  return new Failure(
    'TRANSIENT',
    'identity.cluster_failed',
    'The cluster’s API did not do what the agent asked of it for its identity. Look at the API server.',
    { vendorCode },
  );
}

function unreachable(cause: unknown): never {
  throw new Failure(
    'TRANSIENT',
    'identity.cluster_unreachable',
    'The cluster’s API, where the agent keeps its key, does not answer. Let the agent’s network policy reach it.',
    { cause },
  );
}

function unmounted(cause: unknown): never {
  throw new Failure(
    'CONFIG',
    'identity.no_service_account',
    'The agent is to keep its key in a Kubernetes Secret, and has no service account’s token. Mount one, or use file:PATH.',
    { cause },
  );
}
