import type { AlertCondition, AlertEntry, AlertRuleEntry } from '@drawbridge/proto';

export interface AlertRule extends AlertRuleEntry {
  name: string;
}

const minutes = (count: number): { ms: number; text: string } => ({
  ms: count * 60_000,
  text: `${count}m`,
});
const ruleOf = (
  name: string,
  severity: AlertRule['severity'],
  when: AlertCondition,
): AlertRule => ({ name, severity, when, syncs: [], channels: [] });

/** What every workspace is told of without having asked. */
export const defaultRules: readonly AlertRule[] = [
  ruleOf('failed', 'error', { kind: 'failed', runs: 1 }),
  ruleOf('rejected', 'warning', { kind: 'rejected', rows: 0, percent: 5 }),
  ruleOf('missed', 'error', { kind: 'missed' }),
  ruleOf('waiting', 'warning', { kind: 'waiting', after: minutes(1) }),
  ruleOf('agent-offline', 'error', { kind: 'agent_offline', after: minutes(5) }),
];

/** A workspace's own rules, and those of the product that none of them replaces. */
export function rulesOf(own: readonly { name: string; spec: AlertEntry }[]): AlertRule[] {
  const names = new Set(own.map(({ name }) => name));
  const written = own.flatMap(({ name, spec }) => ('off' in spec ? [] : [{ ...spec, name }]));
  return [...defaultRules.filter(({ name }) => !names.has(name)), ...written];
}

/** For one sync, what names it takes the place of what is for all of them. */
export function rulesOfSync(rules: readonly AlertRule[], sync: string): AlertRule[] {
  const naming = rules.filter(({ syncs }) => syncs.includes(sync));
  const taken = new Set(naming.map(({ when }) => topicOf(when)));
  const general = rules.filter(
    ({ syncs, when }) => syncs.length === 0 && !taken.has(topicOf(when)),
  );
  return [...general, ...naming];
}

const topicOf = (when: AlertCondition): string =>
  when.kind === 'volume' ? `volume ${when.of}` : when.kind;
