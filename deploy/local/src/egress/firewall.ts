// A NetworkPolicy as nftables: what Kubernetes' documentation says of one, for one pod, on the node that stands before it.
// https://kubernetes.io/docs/concepts/services-networking/network-policies/ (read 2026-11)
import type { KubernetesObject } from '../chart/kubernetes-object.js';
import type { Pod } from './hosts.js';

type Labels = Readonly<Record<string, string>>;

interface Selector {
  matchLabels?: Labels;
  matchExpressions?: unknown;
}

interface Peer {
  ipBlock?: { cidr: string; except?: readonly string[] };
  podSelector?: Selector;
  namespaceSelector?: Selector;
}

interface Port {
  port?: number | string;
  protocol?: 'TCP' | 'UDP' | 'SCTP';
  endPort?: number;
}

interface Rule {
  to?: readonly Peer[];
  from?: readonly Peer[];
  ports?: readonly Port[];
}

interface Policy {
  podSelector: Selector;
  policyTypes?: readonly ('Ingress' | 'Egress')[];
  ingress?: readonly Rule[];
  egress?: readonly Rule[];
}

export interface Cluster {
  /** Of the pod that the firewall is for. */
  agent: Labels;
  /** The other pods, which selectors may mean. Those of the agent's own namespace are none of them. */
  pods: readonly Pod[];
}

/** Name of the interface that leads from the node to the pod. */
export const podLink = 'pod';
export const table = 'drawbridge';

/** The whole rule set, for `nft -f -`. Throws on what it would have to guess at. */
export function firewallOf(objects: readonly KubernetesObject[], cluster: Cluster): string {
  const policies = objects
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .map(({ spec }) => spec as Policy)
    .filter(({ podSelector }) => matches(podSelector, cluster.agent));
  const out = linesOf(policies, 'Egress', cluster);
  const into = linesOf(policies, 'Ingress', cluster);
  return `add table inet ${table}
delete table inet ${table}
table inet ${table} {
  counter refused { }
  set refused_out { type ipv4_addr . inet_proto . inet_service; flags dynamic; counter; size 65535; }
  set refused_in { type ipv4_addr . inet_proto . inet_service; flags dynamic; counter; size 65535; }
  chain out {
${out}
    ${refusal('refused_out')}
  }
  chain into {
${into}
    ${refusal('refused_in')}
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "${podLink}" jump out
    oifname "${podLink}" jump into
  }
  chain input {
    type filter hook input priority filter; policy accept;
    ct state established,related accept
    iifname "${podLink}" jump out
  }
}
`;
}

/** Addresses are those of the far side on the way out, and our own port with whoever asked on the way in. */
function refusal(set: string): string {
  const far = set === 'refused_out' ? 'daddr' : 'saddr';
  return `meta nfproto ipv4 meta l4proto { tcp, udp } update @${set} { ip ${far} . meta l4proto . th dport }
    counter name refused drop`;
}

/** No policy of that type means that everything may pass, as in a cluster. */
function linesOf(
  policies: readonly Policy[],
  type: 'Ingress' | 'Egress',
  cluster: Cluster,
): string {
  const field = type === 'Egress' ? 'egress' : 'ingress';
  const held = policies.filter(({ policyTypes = ['Ingress'] }) => policyTypes.includes(type));
  if (held.length === 0) return '    accept';
  const rules = held.flatMap((policy) => policy[field] ?? []);
  return rules
    .flatMap(({ to, from, ports }) => {
      const places = (type === 'Egress' ? to : from)?.flatMap((peer) => placesOf(peer, cluster));
      return (places ?? ['']).flatMap((place) => allowances(type, place, ports));
    })
    .map((line) => `    ${line}`)
    .join('\n');
}

function allowances(type: 'Ingress' | 'Egress', place: string, ports?: readonly Port[]): string[] {
  const far = type === 'Egress' ? 'daddr' : 'saddr';
  const where = place.replaceAll('@', far);
  const each = ports?.map(portOf) ?? [''];
  return each.map((port) => {
    const comment = `${place.replace(/ip6? @ /, '').split(' ')[0] || 'any'} ${port.replace(' dport', '')}`;
    return `${where} ${port} counter accept comment "${comment.trim()}"`.trim();
  });
}

function portOf({ port, protocol = 'TCP', endPort }: Port): string {
  if (port !== undefined && typeof port !== 'number')
    throw new Error(`A port by its name, "${port}", needs the pod that it is of.`);
  const name = protocol.toLowerCase();
  if (port === undefined) return `meta l4proto ${name}`;
  return `${name} dport ${endPort === undefined ? port : `${port}-${endPort}`}`;
}

/** `@` stands for the side that is the far one. */
function placesOf(peer: Peer, { pods }: Cluster): string[] {
  const { ipBlock, podSelector, namespaceSelector } = peer;
  if (ipBlock) return [blockOf(ipBlock)];
  // Without a namespace, pods of the agent's own are meant.
  if (!namespaceSelector) return [];
  return pods
    .filter((pod) => matches(namespaceSelector, pod.namespace) && matches(podSelector, pod.labels))
    .map(({ address }) => `ip @ ${address}/32`);
}

function blockOf({ cidr, except = [] }: NonNullable<Peer['ipBlock']>): string {
  const family = cidr.includes(':') ? 'ip6' : 'ip';
  const but = except.length > 0 ? ` ${family} @ != { ${except.join(', ')} }` : '';
  return `${family} @ ${cidr}${but}`;
}

/** None, and one that says nothing, selects all. */
function matches(selector: Selector | undefined, labels: Labels): boolean {
  const { matchLabels = {}, matchExpressions } = selector ?? {};
  if (matchExpressions !== undefined)
    throw new Error('matchExpressions are not read here; use matchLabels.');
  return Object.entries(matchLabels).every(([name, value]) => labels[name] === value);
}
