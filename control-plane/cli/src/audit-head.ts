import { readFile, stat } from 'node:fs/promises';
import { verifyChain, type ChainVerdict, type ExportedEntry } from '@drawbridge/proto';
import { CliFailure } from './failure.js';

/** What `audit verify` printed fits many times over; an export named by mistake does not. */
const maxHeadBytes = 64 * 1024;

/** A head written down earlier: 64 hex digits, or a file that names one, such as what `audit verify` printed. */
export async function readHead(given: string): Promise<string> {
  const found = /^[0-9a-f]{64}$/i.test(given) ? [given] : hashesIn(await textOf(given));
  const [head, ...others] = new Set(found.map((hash) => hash.toLowerCase()));
  if (head !== undefined && others.length === 0) return head;
  throw badHead(given);
}

/**
 * The chain as it is, and whether it goes on from that head: who writes the whole log anew, or cuts off its end, makes a
 * chain that holds in itself but not the one that was seen. The entry may be gone by retention, while the one after it
 * still names it.
 */
export async function verifyFrom(
  entries: AsyncIterable<ExportedEntry> | Iterable<ExportedEntry>,
  head: string,
): Promise<{ verdict: ChainVerdict; hasHead: boolean }> {
  let hasHead = false;
  async function* watched() {
    for await (const entry of entries) {
      hasHead ||= entry.hash === head || entry.previous === head;
      yield entry;
    }
  }
  return { verdict: await verifyChain(watched()), hasHead };
}

const hashesIn = (text: string): string[] => text.match(/\b[0-9a-f]{64}\b/gi) ?? [];

async function textOf(file: string): Promise<string> {
  try {
    if ((await stat(file)).size <= maxHeadBytes) return await readFile(file, 'utf8');
  } catch {
    // Missing or closed to us: said below, with what to write instead.
  }
  throw badHead(file);
}

const badHead = (given: string) =>
  new CliFailure(
    'audit.bad_head',
    `--head ${given}: give the 64 hex digits, or a file that holds one such head, as drawbridge audit verify prints it.`,
    2,
  );
