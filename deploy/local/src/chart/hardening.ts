import type { KubernetesObject } from './kubernetes-object.js';

interface Security {
  runAsNonRoot?: boolean;
  runAsUser?: number;
  seccompProfile?: { type?: string };
  allowPrivilegeEscalation?: boolean;
  privileged?: boolean;
  readOnlyRootFilesystem?: boolean;
  capabilities?: { drop?: string[]; add?: string[] };
}

interface Container {
  name: string;
  image: string;
  imagePullPolicy?: string;
  command?: string[];
  env?: { name: string; value?: string; valueFrom?: object }[];
  securityContext?: Security;
  resources?: { limits?: { memory?: string } };
  livenessProbe?: object;
  readinessProbe?: object;
  startupProbe?: object;
  ports?: { hostPort?: number; containerPort: number }[];
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}

export interface PodSpec {
  automountServiceAccountToken?: boolean;
  enableServiceLinks?: boolean;
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
  securityContext?: Security;
  terminationGracePeriodSeconds?: number;
  containers: Container[];
  initContainers?: Container[];
  volumes?: { name: string; hostPath?: object; emptyDir?: { sizeLimit?: string } }[];
}

/** What every pod of ours must and must not have: Kubernetes' restricted profile, and more. Each entry is a fault. */
export function podFaults(spec: PodSpec): string[] {
  const { securityContext: pod = {}, volumes = [] } = spec;
  const laws: [boolean, string][] = [
    [
      spec.automountServiceAccountToken === false,
      'mounts its account’s token into every container',
    ],
    [spec.enableServiceLinks === false, 'is told of every service of its namespace'],
    [!spec.hostNetwork && !spec.hostPID && !spec.hostIPC, 'shares a namespace with its node'],
    [pod.runAsNonRoot === true && pod.runAsUser !== 0, 'may run as root'],
    [pod.seccompProfile?.type === 'RuntimeDefault', 'has no seccomp profile'],
    [volumes.every(({ hostPath }) => hostPath === undefined), 'mounts a folder of its node'],
    [
      volumes.every(({ emptyDir }) => emptyDir === undefined || emptyDir.sizeLimit !== undefined),
      'may fill its node’s disk',
    ],
  ];
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  return [...broken(laws), ...containers.flatMap(containerFaults)];
}

function containerFaults(container: Container): string[] {
  const { name, securityContext: security = {} } = container;
  const { drop = [], add = [] } = security.capabilities ?? {};
  const secrets = (container.env ?? []).filter(
    ({ name: variable, value }) =>
      value !== undefined && /TOKEN$|PASSWORD|SECRET|ACCESS_KEY/.test(variable),
  );
  const laws: [boolean, string][] = [
    [security.allowPrivilegeEscalation === false, 'may gain privileges'],
    [security.privileged !== true, 'is privileged'],
    [security.readOnlyRootFilesystem === true, 'may write to its root'],
    [security.runAsNonRoot === true && security.runAsUser !== 0, 'may run as root'],
    [drop.join() === 'ALL' && add.length === 0, 'keeps capabilities'],
    [security.seccompProfile?.type === 'RuntimeDefault', 'has no seccomp profile'],
    [
      /^[^@\s]+@sha256:[0-9a-f]{64}$/.test(container.image),
      'runs an image that is not named by digest',
    ],
    [container.imagePullPolicy === 'IfNotPresent', 'pulls its image anew'],
    [container.resources?.limits?.memory !== undefined, 'has no limit of memory'],
    [
      (container.ports ?? []).every(({ hostPort }) => hostPort === undefined),
      'opens a port of its node',
    ],
    [container.command === undefined, 'needs a shell or another program than the image’s own'],
    [
      secrets.length === 0,
      `has a secret in plain text: ${secrets.map((entry) => entry.name).join()}`,
    ],
  ];
  return broken(laws).map((fault) => `${name} ${fault}`);
}

const broken = (laws: [boolean, string][]): string[] =>
  laws.flatMap(([holds, fault]) => (holds ? [] : [fault]));

interface Rule {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}

/** The only right in the cluster is to get and update one Secret by its name. */
export function rightFaults(objects: readonly KubernetesObject[]): string[] {
  const clusterWide = objects.filter(({ kind }) => /^Cluster(Role|RoleBinding)$/.test(kind));
  const rules = objects
    .filter(({ kind }) => kind === 'Role')
    .flatMap((role) => role['rules'] as Rule[]);
  const wide = rules.filter(
    ({ apiGroups, resources, resourceNames, verbs }) =>
      apiGroups.join() !== '' ||
      resources.join() !== 'secrets' ||
      resourceNames?.length !== 1 ||
      verbs.join() !== 'get,update',
  );
  return [
    ...clusterWide.map(
      ({ kind, metadata }) => `${kind} ${metadata.name} reaches beyond the namespace`,
    ),
    ...wide.map((rule) => `a Role allows more than its own identity: ${JSON.stringify(rule)}`),
  ];
}

/** Pods that the objects make, by what makes them. */
export function podsOf(objects: readonly KubernetesObject[]): { name: string; spec: PodSpec }[] {
  return objects.flatMap(({ kind, metadata, spec }) => {
    const name = `${kind} ${metadata.name}`;
    if (kind === 'Pod') return [{ name, spec: spec as PodSpec }];
    const { template } = (spec ?? {}) as { template?: { spec: PodSpec } };
    return template ? [{ name, spec: template.spec }] : [];
  });
}

/** All that a rendered release must and must not have. */
export function hardeningFaults(objects: readonly KubernetesObject[]): string[] {
  const pods = podsOf(objects).flatMap(({ name, spec }) =>
    podFaults(spec).map((fault) => `${name}: ${fault}`),
  );
  const accounts = objects
    .filter(
      ({ kind, ...account }) =>
        kind === 'ServiceAccount' && account['automountServiceAccountToken'] !== false,
    )
    .map(({ metadata }) => `ServiceAccount ${metadata.name} is mounted everywhere`);
  return [...pods, ...accounts, ...rightFaults(objects)];
}
