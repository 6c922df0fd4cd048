import type { ReactNode } from 'react';
import classes from './state-mark.module.css';
import { stateOf } from './run-state.js';
import type { Look } from './run-state.js';

/** A state as a word with a mark; the colour only says again what both say. */
export function StateMark({ state, note }: { state: string; note?: string }) {
  const { label, look } = stateOf(state);
  return (
    <span className={classes['mark']} data-look={look}>
      <Shape look={look} />
      <span>
        {label}
        {note && <span className={classes['note']}>{` · ${note}`}</span>}
      </span>
    </span>
  );
}

/** The mark alone, for where its meaning is said beside it. */
export const LookMark = ({ look }: { look: Look }) => (
  <span className={classes['alone']} data-look={look}>
    <Shape look={look} />
  </span>
);

const Shape = ({ look }: { look: Look }) => (
  <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    {shapes[look]}
  </svg>
);

const ring = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.8 } as const;
const disc = <circle cx="8" cy="8" r="7" fill="currentColor" />;
const stroke = {
  fill: 'none',
  stroke: 'var(--db-surface)',
  strokeWidth: 1.8,
  strokeLinecap: 'round',
} as const;

const shapes: Record<Look, ReactNode> = {
  waiting: <circle cx="8" cy="8" r="6" strokeDasharray="2.6 2.1" {...ring} />,
  asking: (
    <>
      {disc}
      <path d="M6.2 5.2v5.6M9.8 5.2v5.6" {...stroke} />
    </>
  ),
  moving: (
    <g className={classes['turning']}>
      <circle cx="8" cy="8" r="6" {...ring} strokeOpacity=".28" />
      <path d="M8 2a6 6 0 0 1 6 6" {...ring} strokeLinecap="round" />
    </g>
  ),
  good: (
    <>
      {disc}
      <path d="M5 8.3l2.1 2.1L11.2 6" {...stroke} strokeLinejoin="round" />
    </>
  ),
  partial: (
    <>
      {disc}
      <path d="M8 4.4v4.2M8 11.4v.1" {...stroke} />
    </>
  ),
  bad: (
    <>
      {disc}
      <path d="M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8" {...stroke} />
    </>
  ),
  still: (
    <>
      {disc}
      <path d="M5 8h6" {...stroke} />
    </>
  ),
};
