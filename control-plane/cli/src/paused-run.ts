import type { Run } from './operation.js';

/** Why a run that is queued does not begin; nothing of one that waits for its turn alone. */
export function pausedLines({ pausedBy }: Run): string[] {
  if (pausedBy === null) return [];
  return [
    `  Waits: its ${pausedBy} is paused. Let it go on with: drawbridge resume ${pausedBy} NAME`,
  ];
}
