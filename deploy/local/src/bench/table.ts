import { maxAgentPeakMiB, median, missesOf, rowOf } from './figures.js';
import type { Measured, Row } from './figures.js';
import { seconds } from './seconds.js';

/** What was measured, for people: one line a size and scenario, and what the figures mean below. */
export function tableOf(measured: readonly Measured[]): string {
  const lines = measured.map((of) => cellsOf(of, rowOf(of)));
  const widths = heads.map((head, n) =>
    Math.max(head.length, ...lines.map((line) => line[n]!.length)),
  );
  const lineOf = (cells: readonly string[]): string =>
    cells
      .map((cell, n) => (n < 2 ? cell.padEnd(widths[n]!) : cell.padStart(widths[n]!)))
      .join('  ')
      .trimEnd();
  return ['', lineOf(heads), ...lines.map(lineOf), '', notesOf(measured)].join('\n');
}

const heads = [
  'rows',
  'scenario',
  'ours',
  'outside',
  'limit',
  'ratio',
  'target',
  'naive',
  'ratio',
  'target',
  'agent MiB',
  'naive MiB',
  'bucket MB',
  'equal',
  'verdict',
];

function cellsOf({ ours, naive }: Measured, row: Row): string[] {
  const misses = missesOf(row);
  return [
    String(row.size),
    row.scenario,
    seconds(row.oursMs),
    seconds(median(ours.map(({ wallMs }) => wallMs))),
    seconds(row.limitMs),
    row.ratioToLimit.toFixed(2),
    `≤ ${row.targetToLimit}`,
    row.naiveMs === null ? '-' : seconds(row.naiveMs),
    row.ratioToNaive === null ? '-' : `1/${(1 / row.ratioToNaive).toFixed(1)}`,
    `≤ 1/${Math.round(1 / row.targetToNaive)}`,
    String(row.agentPeakMiB),
    naive.length > 0 ? String(Math.max(...naive.map(({ peakMiB }) => peakMiB))) : '-',
    (row.bucketBytes / 1e6).toFixed(1),
    ours.every(({ isEqual }) => isEqual) ? 'yes' : 'NO',
    misses.length === 0 ? 'met' : `missed: ${misses.join(', ')}`,
  ];
}

function notesOf(measured: readonly Measured[]): string {
  const few = measured.filter(({ ours, naive }) => naive.length < ours.length);
  const sizes = [...new Set(few.map(({ size, naive }) => `${size} rows: ${naive.length}`))];
  return [
    `Medians of ${Math.max(...measured.map(({ ours }) => ours.length))} rounds, ours, limit and naive script in turn.`,
    ...(sizes.length > 0
      ? [`The naive script took part in fewer rounds (${sizes.join('; ')}).`]
      : []),
    'ours: the phases of the run together; outside: from the command to the answer, asked four times a second.',
    'limit: COPY piped from source to an empty table (first), COPY read and thrown away (others), by a bare client.',
    'naive script: cursor, Map of hashes, INSERT … ON CONFLICT by 1,000; it cuts timestamps to milliseconds.',
    `met: both ratios, and the agent's peak memory at most ${maxAgentPeakMiB} MiB.`,
  ].join('\n');
}
