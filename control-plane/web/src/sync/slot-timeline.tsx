import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { fullText, relativeText } from '../format/time.js';
import { useNow } from '../part/now.js';
import type { Look } from '../run/run-state.js';
import { LookMark } from '../run/state-mark.js';
import { slotWords, type PastSlot } from './slot-text.js';
import classes from './slot-timeline.module.css';

interface Mark {
  at: string;
  look: Look;
  text: string;
  runId: string | null;
}

export interface SlotTimelineProps {
  /** Newest first. */
  slots: readonly PastSlot[];
  /** In order. */
  nextRuns: readonly string[];
}

/** What became of the last slots, and which come next, from left to right. Each mark says in words what it shows. */
export function SlotTimeline({ slots, nextRuns }: SlotTimelineProps) {
  const past = slots
    .map((slot): Mark => ({ ...slotWords(slot), at: slot.at, runId: slot.runId }))
    .toReversed();
  const next = nextRuns.map((at): Mark => ({ at, look: 'waiting', text: 'Next.', runId: null }));
  const [shown, setShown] = useState<Mark>();
  const marked = shown ?? past.at(-1) ?? next[0];
  return (
    <>
      <ol className={classes['line']} aria-label="Slots of the schedule, oldest first">
        {past.map((mark) => (
          <SlotMark key={mark.at} mark={mark} show={setShown} />
        ))}
        <li className={classes['now']}>
          <Text span size="xs" c="dimmed">
            now
          </Text>
        </li>
        {next.map((mark) => (
          <SlotMark key={mark.at} mark={mark} show={setShown} />
        ))}
      </ol>
      {marked && <Detail mark={marked} />}
    </>
  );
}

function SlotMark({ mark, show }: { mark: Mark; show: (mark: Mark) => void }) {
  const shownBy = {
    className: classes['mark'] ?? '',
    'aria-label': `${fullText(new Date(mark.at))}: ${mark.text}`,
    onFocus: () => show(mark),
    onMouseEnter: () => show(mark),
  };
  return (
    <li>
      <MarkBody runId={mark.runId} shownBy={shownBy}>
        <LookMark look={mark.look} />
      </MarkBody>
    </li>
  );
}

interface MarkBodyProps {
  runId: string | null;
  shownBy: Record<string, unknown> & { className: string };
  children: ReactNode;
}

/** Leads to its run; one without a run is within reach of the keyboard all the same, since its reason is the point. */
function MarkBody({ runId, shownBy, children }: MarkBodyProps) {
  if (runId === null)
    return (
      <span role="img" tabIndex={0} {...shownBy}>
        {children}
      </span>
    );
  return (
    <Link to="/runs/$id" params={{ id: runId }} {...shownBy}>
      {children}
    </Link>
  );
}

/** Says to the eye what the mark itself says to a screen reader. */
function Detail({ mark }: { mark: Mark }) {
  const now = useNow(10_000);
  const date = new Date(mark.at);
  return (
    <Text size="sm" aria-hidden="true" data-detail>
      <Text span fw={600} fz="inherit">{`${fullText(date)}, ${relativeText(date, now)}`}</Text>
      {`: ${mark.text}`}
    </Text>
  );
}
