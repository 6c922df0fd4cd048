import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { PodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor';
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { Role } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Role';
import { RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Pod } from 'kubernetes-models/v1/Pod';
import { Secret } from 'kubernetes-models/v1/Secret';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { ciliumProblems } from './cilium.js';
import type { KubernetesObject } from './kubernetes-object.js';
import { watched } from './watched.js';

type Model = (new (data: never) => { validate(): void }) & { apiVersion: string; kind: string };

/** Kubernetes' own OpenAPI schemas, and those of the operators that we render objects for, as npm carries them. */
const models: readonly Model[] = [
  ConfigMap,
  Deployment,
  HorizontalPodAutoscaler,
  Ingress,
  Job,
  NetworkPolicy,
  Pod,
  PodDisruptionBudget,
  PodMonitor,
  PrometheusRule,
  Role,
  RoleBinding,
  ScaledObject,
  Secret,
  Service,
  ServiceAccount,
  ServiceMonitor,
  StatefulSet,
];

/** What Kubernetes would refuse, and fields that it does not know, which it would silently drop. */
export function problemsOf(object: KubernetesObject): string[] {
  const { apiVersion, kind } = object;
  if (apiVersion === 'cilium.io/v2') return ciliumProblems(object);
  const Found = models.find((model) => model.apiVersion === apiVersion && model.kind === kind);
  if (!Found) return [`${apiVersion} ${kind} has no schema here`];
  const { value, unread } = watched(new Found(object as never));
  try {
    value.validate();
  } catch (error) {
    return [(error as Error).message];
  }
  return unread().map((path) => `${path} is no field of a ${kind}`);
}
