import type { AlertVolume } from '@drawbridge/proto';
import type { AlertWhy } from './alert-why.js';

/** An alert in words, the same for everybody who is told: names, counts, times and codes, and nothing else. */
export interface AlertText {
  /** One line. */
  title: string;
  /** What was seen, and what to do. */
  text: string;
}

/** What it is about, as people call it. */
export interface AlertNames {
  sync?: string | null | undefined;
  agentId?: string | null | undefined;
  pool?: string | null | undefined;
}

export function alertTextOf(why: AlertWhy, names: AlertNames): AlertText {
  const subject = subjectOf(names);
  switch (why.kind) {
    case 'failed':
      return why.state === 'parked' ? parkedText(subject) : failedText(subject, why);
    case 'rejected':
      return {
        title: `${subject}: ${countOf(why.rejected, 'row')} rejected`,
        text: `${why.percent} % of what its last run sent was rejected. The run says why, and "drawbridge inspect" shows the rows to you alone.`,
      };
    case 'duration':
      return durationText(subject, why);
    case 'missed':
      return {
        title: `${subject} did not start on time`,
        text: `${countOf(why.slots, 'slot')} of its schedule had no run in time (${why.reason}). See that an agent of its pool is there and has room.`,
      };
    case 'volume':
      return volumeText(subject, why);
    case 'no_success':
      return {
        title: `${subject} had no success for ${spanOf(why.withinMs)}`,
        text: `None of its runs has gone through since ${timeOf(why.since)}. See how its last runs ended.`,
      };
    case 'agent_offline':
      return {
        title: `${subject} is offline`,
        text: `It was last heard of at ${timeOf(why.since)}. Start it again, or revoke it if it is not to come back.`,
      };
    case 'waiting':
      return {
        title: `${subject} waits for approval`,
        text: `Its plan needs a person's word since ${timeOf(why.since)}. Approve or cancel the run.`,
      };
  }
}

type Of<Kind extends AlertWhy['kind']> = Extract<AlertWhy, { kind: Kind }>;

function failedText(subject: string, { code, runs }: Of<'failed'>): AlertText {
  const why = code ? ` with ${code}` : '';
  const before = runs > 1 ? ` It is the ${ordinalOf(runs)} in a row.` : '';
  return {
    title: `${subject} failed`,
    text: `Its last run failed${why}.${before} The run says what to do.`,
  };
}

const parkedText = (subject: string): AlertText => ({
  title: `${subject}: a run was parked`,
  text: 'Its agents fell silent too often. See why they do, then release the run or cancel it.',
});

function durationText(subject: string, { durationMs, limitMs, isLive }: Of<'duration'>): AlertText {
  const took = isLive ? 'has taken' : 'took';
  return {
    title: `${subject} takes longer than ${spanOf(limitMs)}`,
    text: `A run ${took} ${spanOf(durationMs)}${isLive ? ' so far' : ''}. Its phases say where the time goes.`,
  };
}

const volumeNouns: Readonly<Record<AlertVolume, readonly [one: string, many: string]>> = {
  rows: ['row', 'rows'],
  added: ['added row', 'added rows'],
  changed: ['changed row', 'changed rows'],
  removed: ['removed row', 'removed rows'],
};

function volumeText(subject: string, { of, count, usual }: Of<'volume'>): AlertText {
  const [one, many] = volumeNouns[of];
  return {
    title: `${subject}: ${number(count)} ${count === 1 ? one : many}, ${number(usual)} are usual`,
    text: `Usual is the median of the runs before. See whether its model's query and its source are what they were.`,
  };
}

function subjectOf({ sync, agentId, pool }: AlertNames): string {
  if (sync) return `Sync ${sync}`;
  if (!agentId) return 'A sync that was removed';
  return `Agent ${agentId.slice(0, 8)}${pool ? ` of pool ${pool}` : ''}`;
}

const number = (value: number): string => Math.round(value).toLocaleString('en');
const countOf = (count: number, noun: string): string =>
  `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
const timeOf = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;

function ordinalOf(count: number): string {
  const teens = count % 100 >= 11 && count % 100 <= 13;
  const ending = teens ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th');
  return `${count}${ending}`;
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** In its two greatest units: `1 h 30 min`. */
export function spanOf(ms: number): string {
  const parts: string[] = [];
  let left = Math.max(0, Math.round(ms / 1_000) * 1_000);
  for (const [unit, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ') || '0 s';
}
