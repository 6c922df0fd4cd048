import type { Ask } from '../api.js';
import type { Command, Given } from '../command.js';
import { CliFailure } from '../failure.js';
import { discoverConnection, findConnection, type Discovered } from '../operation.js';
import { table } from '../text.js';

export const discover: Command = {
  usage: 'discover <connection> [path...]',
  summary: 'list what is in a source or destination, through an agent: names and types alone',
  example: 'drawbridge discover warehouse marts customers',
  moreExamples: [
    'drawbridge discover warehouse                 # schemas, or what is outermost',
    'drawbridge discover crm Account --json        # fields of an object',
    'drawbridge discover app-db --as destination   # where a source has the same name',
  ],
  options: [['--as <kind>', 'source or destination, where both have one of that name']],
  act: async ({ args, options }, context) => {
    const [name = '', ...path] = args;
    const ask = context.ask();
    const input = { ...(await connectionOf(ask, name, options)), path };
    const { entries, isCutOff, failure } = (await ask(discoverConnection, { input }))
      .discoverConnection;
    if (failure) throw new CliFailure(failure.code, [failure.title, failure.advice].join('. '));
    if (isCutOff) context.note(`There are more than these ${entries.length}.`);
    return { json: { entries, isCutOff }, lines: linesOf(entries) };
  },
};

async function connectionOf(
  ask: Ask,
  name: string,
  { as }: Given['options'],
): Promise<{ source: string } | { destination: string }> {
  if (as !== undefined && as !== 'source' && as !== 'destination')
    throw new CliFailure('cli.bad_kind', '--as is source or destination.', 2);
  const found = await ask(findConnection, { name });
  const isSource = as !== 'destination' && found.source !== null;
  const isDestination = as !== 'source' && found.destination !== null;
  if (isSource && !isDestination) return { source: name };
  if (isDestination && !isSource) return { destination: name };
  if (isSource)
    throw new CliFailure(
      'cli.ambiguous',
      `There are a source and a destination "${name}". Say --as source or --as destination.`,
      2,
    );
  const edges = [...found.sources.edges, ...found.destinations.edges];
  const known = edges.map(({ node }) => node.name).join(', ') || 'none';
  throw new CliFailure(
    'cli.no_connection',
    `There is no "${name}" to look into. Known: ${known}.`,
    2,
  );
}

function linesOf(entries: readonly Discovered[]): string[] {
  if (entries.length === 0) return ['Nothing that this connection may see.'];
  const hasTypes = entries.some(({ type }) => type !== null);
  const rows = entries.map(({ name, kind, type, label, isKey, isRequired }) => [
    name,
    kind,
    ...(hasTypes
      ? [type ?? '', [isKey && 'key', isRequired && 'required'].filter(Boolean).join(', ')]
      : []),
    label ?? '',
  ]);
  return table([['NAME', 'KIND', ...(hasTypes ? ['TYPE', ''] : []), ''], ...rows]);
}
