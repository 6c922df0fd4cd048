import {
  listAlertRules,
  listAlerts,
  muteAlert,
  snoozeAlert,
  unmuteAlert,
  type Alert,
} from '../alert-operation.js';
import type { Answer, Command, Context, Given } from '../command.js';
import { CliFailure } from '../failure.js';
import { spanMs } from '../span.js';
import { table } from '../text.js';

/** The server gives at most so many at once. */
const listed = 100;

export const alerts: Command = {
  usage: 'alerts [list|rules|mute|unmute|snooze] [alert]',
  summary: 'what is wrong and since when; tell nobody of it, for good or for a time',
  example: 'drawbridge alerts',
  moreExamples: [
    'drawbridge alerts list --state resolved --sync customers-to-app',
    'drawbridge alerts snooze 0192a4c8-… --for 2h',
    'drawbridge alerts mute 0192a4c8-…',
    'drawbridge alerts rules',
  ],
  options: [
    ['--state <state>', 'list: open, resolved or all', 'open'],
    ['--sync <sync>', 'list: only of this sync'],
    ['--for <time>', 'snooze: how long, such as 30m, 2h or 3d; 0 ends it', '1h'],
  ],
  act: async ({ args: [action = 'list', id], options }, context) => {
    if (action === 'list' && id === undefined) return list(options, context);
    if (action === 'rules' && id === undefined) return rules(context);
    if (action === 'mute' && id) return mute(id, context);
    if (action === 'unmute' && id) return unmute(id, context);
    if (action === 'snooze' && id) return snooze(id, options, context);
    throw new CliFailure(
      'cli.usage',
      'Write: drawbridge alerts, alerts rules, alerts mute ALERT, alerts unmute ALERT, or alerts snooze ALERT --for 2h',
      2,
    );
  },
};

async function list({ state, sync }: Given['options'], context: Context): Promise<Answer> {
  if (state !== 'open' && state !== 'resolved' && state !== 'all')
    throw new CliFailure('cli.usage', '--state is open, resolved or all.', 2);
  const filter = {
    ...(state !== 'all' && { state }),
    ...(typeof sync === 'string' && { sync }),
  };
  const { edges, pageInfo } = (await context.ask()(listAlerts, { filter, first: listed })).alerts;
  const found = edges.map(({ node }) => node);
  if (pageInfo.hasNextPage) context.note(`There are more than these ${listed}.`);
  if (found.length === 0) context.note(state === 'open' ? 'Nothing is wrong.' : 'There are none.');
  return {
    json: { alerts: found, hasMore: pageInfo.hasNextPage },
    lines: found.length > 0 ? table([heading, ...found.map(cellsOf)]) : [],
  };
}

const heading = ['ALERT', 'SEVERITY', 'SINCE', 'STATE', 'WHAT'];

const cellsOf = (alert: Alert): string[] => [
  alert.id,
  alert.severity,
  alert.raisedAt,
  stateOf(alert),
  alert.title,
];

function stateOf({ state, muted, snoozedUntil, flapping }: Alert): string {
  if (state !== 'open') return state;
  if (muted) return 'muted';
  if (snoozedUntil) return `snoozed until ${snoozedUntil}`;
  return flapping ? 'comes and goes' : 'open';
}

async function rules(context: Context): Promise<Answer> {
  const { alertRules } = await context.ask()(listAlertRules, {});
  const cells = alertRules.map(({ name, severity, syncs, channels, text, builtIn }) => [
    builtIn ? `${name} (built in)` : name,
    severity,
    syncs.join(', ') || 'every one',
    channels.join(', ') || 'every one',
    text,
  ]);
  return {
    json: { rules: alertRules },
    lines: table([['RULE', 'SEVERITY', 'SYNCS', 'CHANNELS', 'WHEN'], ...cells]),
  };
}

async function mute(id: string, context: Context): Promise<Answer> {
  const { alert } = (await context.ask()(muteAlert, { input: { id } })).muteAlert;
  return { json: alert, lines: [`Nobody is told of this any more: ${alert.title}`] };
}

async function unmute(id: string, context: Context): Promise<Answer> {
  const { alert } = (await context.ask()(unmuteAlert, { input: { id } })).unmuteAlert;
  return { json: alert, lines: [`Told again when it comes: ${alert.title}`] };
}

async function snooze(id: string, options: Given['options'], context: Context): Promise<Answer> {
  const ms = spanMs(String(options.for));
  if (ms === undefined)
    throw new CliFailure('cli.usage', '--for is a time such as 30m, 2h or 3d, or 0.', 2);
  const until = ms === 0 ? null : new Date(Date.now() + ms).toISOString();
  const { alert } = (await context.ask()(snoozeAlert, { input: { id, until } })).snoozeAlert;
  const line = until
    ? `Quiet until ${until}, then told again if it still holds: ${alert.title}`
    : `Its snooze has ended: ${alert.title}`;
  return { json: alert, lines: [line] };
}
