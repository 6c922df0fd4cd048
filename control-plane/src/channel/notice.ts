import type { AlertSeverity } from '@drawbridge/proto';

/** What people are told, before it is put into the words of a channel: names, enums, counts and times alone. */
export interface Notice {
  /** `test`: somebody wants to see whether the channel works. */
  kind: 'raised' | 'resolved' | 'test';
  /** What belongs together has the same: an alert's beginning and end. */
  topicId: string;
  severity: AlertSeverity;
  /** One line. */
  title: string;
  text: string;
  workspace: string;
  /** Of the alert; null for a test. */
  rule: string | null;
  /** What it is about, such as the sync's name. */
  subject: string | null;
  /** Where to look. */
  link: string;
  at: Date;
}

/** The title with the word that tells a recovery from a trouble at a glance. */
export const headlineOf = ({ kind, title }: Notice): string =>
  kind === 'resolved' ? `Resolved: ${title}` : title;
