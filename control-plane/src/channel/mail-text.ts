import { headlineOf, type Notice } from './notice.js';

export interface MailText {
  subject: string;
  text: string;
}

export function mailTextOf(notice: Notice): MailText {
  const { text, workspace, rule, link, at } = notice;
  const headline = headlineOf(notice);
  const facts = [`Workspace: ${workspace}`, ...(rule ? [`Rule: ${rule}`] : [])];
  const body = [headline, '', text, '', link, '', ...facts, `At: ${at.toISOString()}`];
  return { subject: `[${workspace}] ${headline}`, text: `${body.join('\n')}\n` };
}
