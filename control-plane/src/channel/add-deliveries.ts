import type { Transaction } from '../database/database.js';
import type { StoredEvent } from '../event/event.js';
import { bodyOf, type ChannelKind } from './body.js';
import { noticeOf } from './event-notice.js';
import { namesIn } from './names-row.js';

interface Hearer {
  id: string;
  name: string;
  kind: string;
  recipients: string[];
}

/**
 * Writes what follows from events: one delivery for each channel that wants to know, and for each address of a mail.
 * Nothing is looked up for events that nobody wants.
 */
export async function addDeliveries(
  tx: Transaction,
  events: readonly StoredEvent[],
  publicUrl: string,
): Promise<void> {
  const wanted = await wantedBy(tx, events);
  if (wanted.length === 0) return;
  const names = await namesIn(
    tx,
    wanted.map(({ event }) => event),
  );
  const data = wanted.flatMap(({ event, hearers }) => {
    const { workspaceId, kind, id: eventId } = event;
    const topicId = 'alertId' in event.detail ? event.detail.alertId : null;
    const told = names.channelsOf(event);
    const loud = hearers.filter(({ name }) => told.length === 0 || told.includes(name));
    const notice = noticeOf(event, names, publicUrl);
    return loud.flatMap((channel) => {
      const body = bodyOf(channel.kind as ChannelKind, { event, notice, names });
      const row = { workspaceId, channelId: channel.id, kind, eventId, topicId, body };
      if (body === undefined) return [];
      if (channel.kind !== 'email') return [{ ...row, body }];
      return channel.recipients.map((recipient) => ({ ...row, body, recipient }));
    });
  });
  if (data.length > 0) await tx.delivery.createMany({ data });
}

async function wantedBy(
  tx: Transaction,
  events: readonly StoredEvent[],
): Promise<{ event: StoredEvent; hearers: Hearer[] }[]> {
  const workspaceIds = [...new Set(events.map(({ workspaceId }) => workspaceId))];
  const channels = await tx.channel.findMany({
    where: { workspaceId: { in: workspaceIds }, disabledAt: null },
    select: { id: true, name: true, kind: true, recipients: true, workspaceId: true, kinds: true },
  });
  return events.flatMap((event) => {
    const hearers = channels.filter(
      ({ workspaceId, kinds }) => workspaceId === event.workspaceId && kinds.includes(event.kind),
    );
    return hearers.length > 0 ? [{ event, hearers }] : [];
  });
}
