/**
 * The network of the test: who the agent needs, each with a name, an address and the port that it has in the world, and who is
 * there as well without being on anybody's list. What listens behind an address is a server of the demo on loopback.
 */
export interface Host {
  name: string;
  address: string;
  port: number;
}

/** By what the agent has to do with them. The names are reserved for tests (RFC 6761). */
export const needed = {
  controlPlane: { name: 'app.drawbridge.test', address: '10.71.1.1', port: 443 },
  bucket: { name: 's3.eu-central-1.aws.test', address: '10.71.1.2', port: 443 },
  snowflake: { name: 'acme.snowflakecomputing.test', address: '10.71.2.1', port: 443 },
  postgres: { name: 'books.bank.test', address: '10.71.2.2', port: 5432 },
  salesforce: { name: 'acme.my.salesforce.test', address: '10.71.3.1', port: 443 },
  slack: { name: 'slack.test', address: '10.71.3.2', port: 443 },
  redis: { name: 'cache.bank.test', address: '10.71.3.3', port: 6379 },
  files: { name: 'exports.aws.test', address: '10.71.3.4', port: 443 },
} as const satisfies Record<string, Host>;

export type Needed = keyof typeof needed;

/** They listen, and nobody lists them: a refusal that is no more than absence would prove nothing. */
export const unlisted = {
  metadata: { name: '', address: '169.254.169.254', port: 80 },
  elsewhere: { name: 'elsewhere.test', address: '10.71.9.1', port: 443 },
  proxy: { name: 'proxy.bank.test', address: '10.71.9.2', port: 3128 },
  otherPort: { name: needed.redis.name, address: needed.redis.address, port: 22 },
  salesforcePort: { name: needed.salesforce.name, address: needed.salesforce.address, port: 8443 },
} as const satisfies Record<string, Host>;

/** A second server that answers DNS, which is not the cluster's. */
export const otherResolver: Host = { name: '', address: '10.71.9.53', port: 53 };

/** Pods of the cluster, which a NetworkPolicy selects by labels. */
export interface Pod {
  address: string;
  labels: Readonly<Record<string, string>>;
  namespace: Readonly<Record<string, string>>;
}

export const resolver: Pod = {
  address: '10.71.0.10',
  labels: { 'k8s-app': 'kube-dns' },
  namespace: { 'kubernetes.io/metadata.name': 'kube-system' },
};
export const prometheus: Pod = {
  address: '10.71.0.20',
  labels: { 'app.kubernetes.io/name': 'prometheus' },
  namespace: { 'kubernetes.io/metadata.name': 'monitoring' },
};
/** Any pod beside: it may not ask the agent for anything. */
export const neighbour: Pod = {
  address: '10.71.0.30',
  labels: { app: 'web' },
  namespace: { 'kubernetes.io/metadata.name': 'shop' },
};

export const pods: readonly Pod[] = [resolver, prometheus, neighbour];

/** Every address that the world has. */
export const addresses: readonly string[] = [
  ...new Set(
    [...Object.values(needed), ...Object.values(unlisted), otherResolver, ...pods].map(
      ({ address }) => address,
    ),
  ),
];

/** What the cluster's DNS knows. */
export const names: ReadonlyMap<string, string> = new Map(
  [...Object.values(needed), ...Object.values(unlisted)]
    .filter(({ name }) => name !== '')
    .map(({ name, address }) => [name, address]),
);

/** `name:port`, or the address where there is no name. */
export function called(address: string, port: number): string {
  const all: readonly Host[] = [...Object.values(needed), ...Object.values(unlisted)];
  const host = all.find((one) => one.address === address && one.name !== '');
  return `${host?.name ?? address}:${port}`;
}
