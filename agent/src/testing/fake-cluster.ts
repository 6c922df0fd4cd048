// A Kubernetes API server as far as an agent knows one: test double. It listens with TLS, knows service accounts by their
// bearer tokens, allows `get` and `update` on Secrets by name (a Role with resourceNames), and refuses an update that
// names another version than the current one, as the API conventions say (read 2026-11):
// https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Cluster } from '../session/identity-secret.js';
import { makeAuthority } from '@drawbridge/local/certificates.js';

interface Secret {
  metadata: { name: string; namespace: string; resourceVersion: string };
  data?: Record<string, string>;
  type: string;
}

export interface FakeCluster {
  cluster: Cluster;
  /** By `namespace/name`. */
  secrets: Map<string, Secret>;
  /** What the service account may do: `get namespace/name`, `update namespace/name`. */
  rights: Set<string>;
  /** `GET 200`, `PUT 409`, … in the order of the answers. */
  answers: string[];
  /** Called before an update is looked at. */
  beforeUpdate: () => void;
  putSecret(name: string, data?: Record<string, string>): void;
  close(): Promise<void>;
}

const verbs: Readonly<Record<string, string>> = { GET: 'get', PUT: 'update' };
export const serviceAccountToken = 'token-of-the-service-account';

export async function openFakeCluster(directory: string): Promise<FakeCluster> {
  const authority = await makeAuthority(directory);
  const { cert, key } = await authority.issue('IP:127.0.0.1');
  const folder = join(directory, 'serviceaccount');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'token'), serviceAccountToken);
  await writeFile(join(folder, 'ca.crt'), authority.cert);
  const secrets = new Map<string, Secret>();
  let version = 100;
  const server = createServer({ cert, key }, (request, response) => {
    void answerTo(request).then(({ status, body }) => {
      fake.answers.push(`${request.method} ${status}`);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      return undefined;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const fake: FakeCluster = {
    cluster: { host: '127.0.0.1', port: (server.address() as AddressInfo).port, folder },
    secrets,
    rights: new Set(),
    answers: [],
    beforeUpdate: () => undefined,
    putSecret: (name, data) => {
      const [namespace = '', short = ''] = name.split('/');
      const metadata = { name: short, namespace, resourceVersion: String((version += 1)) };
      secrets.set(name, { metadata, ...(data && { data }), type: 'Opaque' });
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return fake;

  async function answerTo(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const failed = (status: number, reason: string) => ({
      status,
      body: { kind: 'Status', status: 'Failure', reason, code: status },
    });
    if (request.headers.authorization !== `Bearer ${serviceAccountToken}`)
      return failed(401, 'Unauthorized');
    const [, namespace, short] =
      /^\/api\/v1\/namespaces\/([^/]+)\/secrets\/([^/]+)$/.exec(request.url ?? '') ?? [];
    const name = `${namespace}/${short}`;
    const verb = verbs[request.method ?? ''];
    if (!verb || !fake.rights.has(`${verb} ${name}`)) return failed(403, 'Forbidden');
    const secret = secrets.get(name);
    if (!secret) return failed(404, 'NotFound');
    if (verb === 'get') return { status: 200, body: secret };
    const sent = JSON.parse(await textOf(request)) as Secret;
    fake.beforeUpdate();
    const current = secrets.get(name)?.metadata.resourceVersion;
    if (sent.metadata.resourceVersion !== current) return failed(409, 'Conflict');
    fake.putSecret(name, sent.data);
    return { status: 200, body: secrets.get(name) };
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
