import { AppError } from '../app-error.js';

/** What a workspace can be set to. */
export interface Settings {
  name: string;
  retentionDays: number;
  auditRetentionDays: number;
  /** Null: as many as agents have room for. */
  maxLeasedRuns: number | null;
}

/** The database holds the same bounds, so that no other way leads around them. */
const bounds = {
  retentionDays: { from: 1, to: 3_660 },
  auditRetentionDays: { from: 366, to: 36_600 },
  maxLeasedRuns: { from: 1, to: 100_000 },
} as const;

/** Throws AppError `workspace.bad_…`. */
export function assertSettings(settings: Settings): void {
  if (!/^\S(.{0,98}\S)?$/u.test(settings.name))
    throw new AppError('workspace.bad_name', 'Name the workspace with 1 to 100 characters.');
  for (const [name, { from, to }] of Object.entries(bounds)) {
    const value = settings[name as keyof typeof bounds];
    if (value !== null && !(Number.isInteger(value) && value >= from && value <= to))
      throw new AppError('workspace.bad_setting', `"${name}" is from ${from} to ${to}.`);
  }
  if (settings.auditRetentionDays >= settings.retentionDays) return;
  throw new AppError(
    'workspace.bad_setting',
    'The audit log is kept at least as long as runs: raise "auditRetentionDays" or lower "retentionDays".',
  );
}
