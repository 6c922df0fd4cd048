import { openReceiver, type Received, type Receiver } from './receiver.js';

export interface PagerDutyServer {
  url: string;
  /** By deduplication key: `triggered` or `resolved`, and how often it was triggered. */
  incidents: Map<string, { state: string; triggers: number; summary: string; severity: string }>;
  mood: 'well' | 'limited' | 'down';
  /** Seconds, when it is limited. */
  retryAfter: string;
  receiver: Receiver;
}

export const routingKey = 'R0123456789abcdefghijklmnopqrstu';

/**
 * Answers as PagerDuty's Events API v2 does: 202 with the key of the incident, 400 with what is wrong, 429 and 500
 * (https://developer.pagerduty.com/docs/events-api-v2/trigger-events/). A resolve without an incident is taken and does
 * nothing.
 */
export async function openPagerDutyServer(): Promise<PagerDutyServer> {
  const receiver = await openReceiver();
  const server: PagerDutyServer = {
    url: new URL('/v2/enqueue', receiver.url).href,
    incidents: new Map(),
    mood: 'well',
    retryAfter: '45',
    receiver,
  };
  receiver.answer = (response, received) => {
    const [status, body] = answerTo(server, received);
    const headers = {
      'content-type': 'application/json',
      ...(status === 429 && { 'retry-after': server.retryAfter }),
    };
    response.writeHead(status, headers).end(JSON.stringify(body));
  };
  return server;
}

interface Event {
  routing_key?: string;
  event_action?: string;
  dedup_key?: string;
  payload?: { summary?: string; source?: string; severity?: string };
}

function answerTo(server: PagerDutyServer, received: Received): [status: number, body: object] {
  if (server.mood === 'limited') return [429, { status: 'throttle exceeded' }];
  if (server.mood === 'down') return [500, {}];
  if (received.path !== '/v2/enqueue') return [404, {}];
  const event = JSON.parse(received.body) as Event;
  const errors = errorsIn(event);
  if (errors.length > 0)
    return [400, { status: 'invalid event', message: 'Event object is invalid', errors }];
  note(server, event);
  const { dedup_key } = event;
  return [202, { status: 'success', message: 'Event processed', dedup_key }];
}

function errorsIn({ routing_key, event_action = '', payload = {} }: Event): string[] {
  const severities = ['critical', 'error', 'warning', 'info'];
  const isTrigger = event_action === 'trigger';
  return [
    routing_key !== routingKey && 'Invalid routing key',
    !['trigger', 'acknowledge', 'resolve'].includes(event_action) && "'event_action' is invalid",
    isTrigger && !payload.summary && "'payload.summary' is missing or blank",
    isTrigger && !payload.source && "'payload.source' is missing or blank",
    isTrigger && !severities.includes(payload.severity ?? '') && "'payload.severity' is invalid",
  ].filter((error) => error !== false);
}

function note({ incidents }: PagerDutyServer, { event_action, dedup_key, payload }: Event): void {
  const key = dedup_key ?? '';
  const known = incidents.get(key);
  if (event_action === 'resolve') {
    if (known) known.state = 'resolved';
    return;
  }
  const { summary = '', severity = '' } = payload ?? {};
  const triggers = (known?.triggers ?? 0) + 1;
  incidents.set(key, { state: 'triggered', triggers, summary, severity });
}
