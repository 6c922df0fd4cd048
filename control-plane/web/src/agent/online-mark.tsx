import classes from './online-mark.module.css';

interface OnlineMarkProps {
  agent: { online: boolean; revokedAt?: string | null };
}

export function OnlineMark({ agent: { online, revokedAt } }: OnlineMarkProps) {
  const word = revokedAt ? 'Revoked' : online ? 'Online' : 'Offline';
  return (
    <span className={classes['mark']} data-online={(online && !revokedAt) || undefined}>
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true" focusable="false">
        <circle cx="5" cy="5" r="3.7" />
      </svg>
      {word}
    </span>
  );
}
