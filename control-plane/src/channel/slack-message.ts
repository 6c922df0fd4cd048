import { headlineOf, type Notice } from './notice.js';

/**
 * A message for an incoming webhook of Slack, in blocks, with `text` for notifications
 * (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks,
 * https://docs.slack.dev/reference/block-kit/blocks; read 2026-11-25).
 */
export function slackMessageOf(notice: Notice): object {
  const { kind, text, workspace, rule, link, at, severity } = notice;
  const headline = headlineOf(notice);
  const sign = kind === 'raised' ? signs[severity] : ':white_check_mark:';
  const seconds = Math.floor(at.getTime() / 1_000);
  const when = `<!date^${seconds}^{date_short_pretty} {time}|${at.toISOString()}>`;
  const facts = [escaped(workspace), ...(rule ? [`rule ${escaped(rule)}`] : []), when];
  return {
    text: escaped(headline),
    blocks: [
      section(`${sign} *${escaped(headline)}*\n${escaped(text)}`),
      section(`<${escaped(link)}|Look at it>`),
      { type: 'context', elements: [{ type: 'mrkdwn', text: facts.join(' · ') }] },
    ],
  };
}

const signs = {
  critical: ':rotating_light:',
  error: ':red_circle:',
  warning: ':large_yellow_circle:',
  info: ':information_source:',
} as const;

const section = (text: string): object => ({
  type: 'section',
  text: { type: 'mrkdwn', text: text.slice(0, longestText) },
});

/** Of the text of a section. */
const longestText = 3_000;

/** The three characters that mean something to Slack: a name can neither call people nor make a link. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
