export const channelKinds = [
  { value: 'slack', label: 'Slack' },
  { value: 'pagerduty', label: 'PagerDuty' },
  { value: 'email', label: 'Email' },
  { value: 'webhook', label: 'Signed webhook' },
] as const;

export const kindText = (kind: string): string =>
  channelKinds.find(({ value }) => value === kind)?.label ?? kind;

/** What a webhook can be told. */
export const eventKinds = [
  'alert.raised',
  'alert.resolved',
  'run.queued',
  'run.started',
  'run.finished',
  'run.waiting',
  'run.parked',
  'run.missed',
  'agent.online',
  'agent.offline',
  'audit.recorded',
] as const;

const problems: Record<string, string> = {
  'channel.refused': 'The receiver refused it',
  'channel.redirected': 'The receiver redirects, which is not followed: change the address',
  'channel.gone': 'The receiver says that it is gone',
  'channel.timed_out': 'No answer in time',
  'channel.unreachable': 'The receiver could not be reached',
  'channel.unknown_host': 'Nobody knows the host: look at the address',
  'channel.bad_certificate': 'The certificate of the receiver is not trusted',
  'channel.private_address': 'The address is a private one, which channels do not reach',
  'channel.not_https': 'The address is not an https:// one',
  'channel.sealed_otherwise': 'The secret can not be opened any more: give it anew',
};

/** Why an attempt failed, in words; of a code of a newer server the code. */
export function problemText(problem: string, status: number | null | undefined): string {
  const text = problems[problem] ?? problem;
  return typeof status === 'number' ? `${text} (HTTP ${status})` : text;
}

const states: Record<string, string> = {
  waiting: 'Waiting',
  delivered: 'Delivered',
  dead: 'Could not be delivered',
};

export const deliveryStates: readonly string[] = Object.keys(states);

export const deliveryStateText = (state: string): string => states[state] ?? state;
