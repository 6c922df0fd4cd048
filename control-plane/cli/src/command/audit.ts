import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { verifyChain, type ChainVerdict, type ExportedEntry } from '@drawbridge/proto';
import type { Ask } from '../api.js';
import { readHead, verifyFrom } from '../audit-head.js';
import type { Answer, Command, Given } from '../command.js';
import { CliFailure } from '../failure.js';
import { listAudit, type AuditLine } from '../operation.js';
import { table } from '../text.js';

/** The server gives at most so many at once. */
const pageSize = 1_000;
const listed = 20;

export const audit: Command = {
  usage: 'audit [list|export|verify] [file]',
  summary: 'who did what; as NDJSON; and whether the chain of entries holds',
  example: 'drawbridge audit list --action key.create',
  moreExamples: [
    'drawbridge audit export > audit.ndjson',
    'drawbridge audit verify',
    'drawbridge audit verify audit.ndjson',
    'drawbridge audit verify --head audit-head.txt',
  ],
  options: [
    ['--action <action>', 'list: only these, such as sync.pause'],
    ['--actor <name>', 'list: only by this person or API key'],
    ['--subject <name>', 'list: only to what has this name'],
    [
      '--head <head>',
      'verify: that it goes on from this head (64 hex digits, or a file with them)',
    ],
  ],
  act: async ({ args: [action = 'list', file], options }, context) => {
    if (action === 'list' && !file) return listAnswer(await newest(context.ask(), options));
    if (action === 'export' && !file) return exportAnswer(whole(context.ask()), options);
    if (action === 'verify') {
      // Read first: a head that can not be read is wrong usage, not a reason to fetch the whole log.
      const head = typeof options.head === 'string' ? await readHead(options.head) : undefined;
      const entries = file ? linesOf(file) : whole(context.ask());
      return head === undefined
        ? verdictAnswer(await verifyChain(entries))
        : headAnswer(await verifyFrom(entries, head), head);
    }
    const message = 'Write: drawbridge audit list, audit export, or audit verify [FILE]';
    throw new CliFailure('cli.usage', message, 2);
  },
};

async function newest(ask: Ask, options: Given['options']): Promise<ExportedEntry[]> {
  const names = ['action', 'actor', 'subject'] as const;
  const filter = Object.fromEntries(
    names.flatMap((name) => (typeof options[name] === 'string' ? [[name, options[name]]] : [])),
  );
  const wanted = { filter, first: listed, after: null, oldestFirst: false };
  const { audit: page } = await ask(listAudit, wanted);
  return page.edges.map(({ node }) => entryOf(node));
}

/** Oldest first, a page in memory at a time. */
async function* whole(ask: Ask): AsyncGenerator<ExportedEntry> {
  for (let after: string | null = null; ;) {
    const page: Awaited<ReturnType<typeof pageAfter>> = await pageAfter(ask, after);
    for (const { node } of page.edges) yield entryOf(node);
    if (!page.pageInfo.hasNextPage) return;
    after = page.pageInfo.endCursor;
  }
}

const pageAfter = async (ask: Ask, after: string | null) =>
  (await ask(listAudit, { filter: {}, first: pageSize, after, oldestFirst: true })).audit;

const entryOf = (line: AuditLine): ExportedEntry => ({
  ...line,
  before: line.before === null ? null : JSON.parse(line.before),
  after: line.after === null ? null : JSON.parse(line.after),
});

const listAnswer = (entries: readonly ExportedEntry[]): Answer => ({
  json: { entries },
  lines: table([
    ['NUMBER', 'WHEN', 'WHO', 'ACTION', 'WHAT'],
    ...entries.map(({ sequence, createdAt, actor, action, subject }) => [
      String(sequence),
      createdAt,
      actor.name,
      action,
      `${subject.kind} ${subject.name ?? subject.id ?? ''}`,
    ]),
  ]),
});

/** The entries as they come, a line each: by themselves, or within one document. */
const exportAnswer = (
  entries: AsyncIterable<ExportedEntry>,
  { json }: Given['options'],
): Answer => ({
  json: undefined,
  lines: [],
  stream: json === true ? documentOf(entries) : textOf(entries),
});

async function* textOf(entries: AsyncIterable<ExportedEntry>): AsyncGenerator<string> {
  for await (const entry of entries) yield JSON.stringify(entry);
}

async function* documentOf(entries: AsyncIterable<ExportedEntry>): AsyncGenerator<string> {
  yield '{"entries":[';
  let comma = '';
  for await (const text of textOf(entries)) {
    yield `${comma}${text}`;
    comma = ',';
  }
  yield ']}';
}

async function* linesOf(file: string): AsyncGenerator<ExportedEntry> {
  try {
    for await (const line of createInterface({ input: createReadStream(file) }))
      if (line !== '') yield JSON.parse(line) as ExportedEntry;
  } catch {
    const message = `${file} can not be read as an export: one JSON object a line, oldest first.`;
    throw new CliFailure('audit.bad_export', message, 2);
  }
}

function headAnswer(
  { verdict, hasHead }: Awaited<ReturnType<typeof verifyFrom>>,
  head: string,
): Answer {
  const answer = verdictAnswer(verdict);
  const json = { ...verdict, expectedHead: head, hasHead };
  if (verdict.kind === 'broken') return { ...answer, json };
  const line = hasHead
    ? `It goes on from the head ${head}.`
    : `It does not go on from the head ${head}: entries were cut off or replaced, or retention removed it and the next.`;
  return { json, lines: [...answer.lines, line], ...(hasHead ? {} : { exitCode: 1 }) };
}

function verdictAnswer(verdict: ChainVerdict): Answer {
  if (verdict.kind === 'empty') return { json: verdict, lines: ['There are no entries.'] };
  if (verdict.kind === 'broken')
    return {
      json: verdict,
      lines: [`The chain breaks at entry ${verdict.sequence} (${verdict.why.replace('_', ' ')}).`],
      exitCode: 1,
    };
  const { entries, first, last, head } = verdict;
  return {
    json: verdict,
    lines: [
      `${entries} entries, ${first} to ${last}, follow each other unchanged.`,
      `Head: ${head}`,
    ],
  };
}
