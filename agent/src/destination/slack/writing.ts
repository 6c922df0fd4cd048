import type { TargetRequest } from '../../connector/destination.js';
import type { Template } from '../../connector/template.js';
import { Failure } from '../../failure.js';
import { csvOf } from './csv.js';
import type { Letter, Letters } from './letter.js';
import { escapeButMentions, escapeMrkdwn } from './mrkdwn.js';
import { changes } from './options.js';
import type { Change, Options } from './options.js';
import { headingText, headline, rowText } from './row-text.js';
import { columnsOf, seenBy } from './row.js';
import type { Row } from './row.js';
import { tableOf } from './table.js';
import { compileBlocks } from './template-blocks.js';
import type { Block } from './template-blocks.js';
import { compileText } from './template-text.js';

/** A digest that would be longer is parted. Slack cuts a text off after 40,000 characters. */
const longestText = 35_000;
/** Slack takes 50 blocks a message; one is the heading's. */
const mostBlocks = 49;

interface Written {
  text: string;
  blocks?: Block[];
}

/** Makes messages of rows. Templates are parsed once: one that can't be stops the run before anything is sent. */
export class Writing {
  private readonly texts = new Map<Change, Template>();
  private readonly blocks = new Map<Change, (record: Row['record']) => Block[]>();
  private readonly heading: Template | undefined;
  private readonly columns: readonly string[];
  private readonly forgets: boolean;

  constructor(
    private readonly options: Options,
    { key, fields, forgets = false }: Pick<TargetRequest, 'key' | 'fields' | 'forgets'>,
  ) {
    this.forgets = forgets;
    const { field, mentions } = options;
    this.columns = columnsOf(key, fields).filter((name) => name !== field);
    const escape = mentions ? escapeButMentions : escapeMrkdwn;
    for (const change of changes) {
      const { text, blocks } = options[change] ?? {};
      if (text !== undefined) this.texts.set(change, compileText(text, escape));
      if (blocks !== undefined)
        this.blocks.set(change, compileBlocks(blocks, { escape, mentions }));
    }
    this.heading =
      options.heading === undefined ? undefined : compileText(options.heading, escapeMrkdwn);
  }

  /** What of rows that go to one place becomes which message. */
  write(rows: readonly Row[], change: Change): Letters {
    switch (this.options.shape) {
      case 'file':
        return { letters: [this.fileOf(rows, change)], failed: [] };
      case 'digest':
        return this.digestOf(rows, change);
      default:
        return this.oneByOne(rows, change);
    }
  }

  /** Of so many rows that nobody would read them. */
  count(rows: readonly number[], change: Change): Letter {
    return { rows, text: this.headingOf(rows.length, change) };
  }

  private oneByOne(rows: readonly Row[], change: Change): Letters {
    const { written, failed } = this.writtenOf(rows, change);
    return { letters: written.map(([row, message]) => ({ rows: [row.n], ...message })), failed };
  }

  private digestOf(rows: readonly Row[], change: Change): Letters {
    if (!this.texts.has(change) && !this.blocks.has(change)) {
      const numbers = rows.map(({ n }) => n);
      const blocks = [...this.headingBlocks(rows.length, change), tableOf(rows, this.columns)];
      const text = this.headingOf(rows.length, change);
      return { letters: [{ rows: numbers, text, blocks }], failed: [] };
    }
    const { written, failed } = this.writtenOf(rows, change);
    return { letters: parted(written).map((part) => this.digest(part, change)), failed };
  }

  private digest(part: readonly (readonly [Row, Written])[], change: Change): Letter {
    const rows = part.map(([{ n }]) => n);
    const heading = this.headingOf(rows.length, change);
    const blocks = part.flatMap(([, message]) => message.blocks ?? []);
    if (blocks.length > 0)
      return {
        rows,
        text: heading,
        blocks: [...this.headingBlocks(rows.length, change), ...blocks],
      };
    return { rows, text: [heading, ...part.map(([, { text }]) => text)].join('\n') };
  }

  private fileOf(rows: readonly Row[], change: Change): Letter {
    return {
      rows: rows.map(({ n }) => n),
      text: this.headingOf(rows.length, change),
      file: { content: csvOf(rows, this.columns, change), title: `${rows.length} ${change}.csv` },
    };
  }

  private writtenOf(
    rows: readonly Row[],
    change: Change,
  ): { written: [Row, Written][]; failed: Letters['failed'] } {
    const written: [Row, Written][] = [];
    const failed: Letters['failed'] = [];
    for (const row of rows)
      try {
        written.push([row, this.messageOf(row, change)]);
      } catch (failure) {
        if (!(failure instanceof Failure)) throw failure;
        failed.push({ n: row.n, failure });
      }
    return { written, failed };
  }

  private messageOf(row: Row, change: Change): Written {
    const seen = seenBy(row, change);
    const given = this.texts.get(change)?.render(seen);
    const blocks = this.blocks.get(change)?.(seen);
    if (blocks) return { text: given ?? headline(row, change), blocks };
    const known = this.forgets && change === 'removed' ? { ...row, fields: {} } : row;
    return { text: given ?? rowText(known, change, this.options.field) };
  }

  private headingOf(count: number, change: Change): string {
    return this.heading?.render({ count, change }) ?? headingText(count, change);
  }

  private headingBlocks(count: number, change: Change): Block[] {
    const text = this.headingOf(count, change);
    return [{ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }];
  }
}

/** As many rows in a message as it may hold, and at least one. */
function parted(written: readonly [Row, Written][]): (readonly [Row, Written])[][] {
  const parts: (readonly [Row, Written])[][] = [];
  let characters = 0;
  let blocks = 0;
  for (const one of written) {
    const [, message] = one;
    characters += message.text.length + 1;
    blocks += message.blocks?.length ?? 0;
    const last = parts.at(-1);
    if (last && characters <= longestText && blocks <= mostBlocks) last.push(one);
    else {
      parts.push([one]);
      characters = message.text.length + 1;
      blocks = message.blocks?.length ?? 0;
    }
  }
  return parts;
}
