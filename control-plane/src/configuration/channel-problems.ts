import type { PlaceOf, Specification, SpecProblem } from '@drawbridge/proto';
import type { Transaction } from '../database/database.js';

/** Channels are no part of the configuration: they hold what only the control plane may have, so they are made apart. */
export async function channelProblems(
  tx: Transaction,
  workspaceId: string,
  { specification, placeOf }: { specification: Specification; placeOf: PlaceOf },
): Promise<SpecProblem[]> {
  const naming = Object.entries(specification.alerts).flatMap(([alert, entry]) =>
    'off' in entry ? [] : entry.channels.map((channel) => ({ alert, channel })),
  );
  if (naming.length === 0) return [];
  const channels = await tx.channel.findMany({
    where: { workspaceId },
    select: { name: true },
    orderBy: { name: 'asc' },
  });
  const names = channels.map(({ name }) => name);
  const known = names.length > 0 ? `There are ${names.join(', ')}.` : 'There is none yet.';
  return naming.flatMap(({ alert, channel }) => {
    if (names.includes(channel)) return [];
    const message = `There is no channel "${channel}". ${known} Make it with: drawbridge channels create ${channel}`;
    const path = ['alerts', alert, 'channels'];
    return [{ ...placeOf(path), code: 'alert.unknown_channel', message, path }];
  });
}
