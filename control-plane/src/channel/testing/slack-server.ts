import { openReceiver, type Received, type Receiver } from './receiver.js';

export interface SlackServer {
  /** Of an incoming webhook that works. */
  url: string;
  /** What stands in the channel: the messages that were taken. */
  messages: SlackMessage[];
  /** How it answers everything, instead of by what it is sent. */
  mood: 'well' | 'limited' | 'archived' | 'revoked' | 'down';
  receiver: Receiver;
}

export interface SlackMessage {
  text: string;
  blocks: { type: string; text?: { type: string; text: string } }[];
}

const path = '/services/T0000/B0000/abcdefghijkl';

/**
 * Answers as Slack's incoming webhooks do: `ok` in plain text, or the name of what is wrong with its status
 * (https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks), and 429 with Retry-After.
 */
export async function openSlackServer(): Promise<SlackServer> {
  const receiver = await openReceiver();
  const server: SlackServer = {
    url: new URL(path, receiver.url).href,
    messages: [],
    mood: 'well',
    receiver,
  };
  receiver.answer = (response, received) => {
    const [status, text] = answerTo(server, received);
    const headers = { 'content-type': 'text/html', ...(status === 429 && { 'retry-after': '30' }) };
    response.writeHead(status, headers).end(text);
  };
  return server;
}

function answerTo(server: SlackServer, received: Received): [status: number, text: string] {
  if (received.path !== path) return [404, 'no_service'];
  if (server.mood === 'revoked') return [404, 'no_service'];
  if (server.mood === 'archived') return [410, 'channel_is_archived'];
  if (server.mood === 'limited') return [429, 'rate_limited'];
  if (server.mood === 'down') return [500, 'rollup_error'];
  const message = readMessage(received);
  if (!message) return [400, 'invalid_payload'];
  if (!message.blocks.every(isBlock)) return [400, 'invalid_blocks'];
  server.messages.push(message);
  return [200, 'ok'];
}

function readMessage({ headers, body }: Received): SlackMessage | undefined {
  if (headers['content-type'] !== 'application/json') return undefined;
  try {
    const { text, blocks = [] } = JSON.parse(body) as Partial<SlackMessage>;
    return typeof text === 'string' && text !== '' ? { text, blocks } : undefined;
  } catch {
    return undefined;
  }
}

/** Section and context blocks within their limits, https://docs.slack.dev/reference/block-kit/blocks. */
function isBlock({ type, text, ...rest }: SlackMessage['blocks'][number]): boolean {
  if (type === 'section')
    return text?.type === 'mrkdwn' && text.text.length > 0 && text.text.length <= 3_000;
  return type === 'context' && 'elements' in rest;
}
