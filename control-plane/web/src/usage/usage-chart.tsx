import { countText } from '../format/number.js';
import classes from './usage-chart.module.css';

export interface Bar {
  day: string;
  sent: number;
  /** Rejected, withheld, pending or uncertain. */
  unsent: number;
}

/** Rows by day: a picture of the table below it, which says the same in numbers. */
export function UsageChart({ bars }: { bars: readonly Bar[] }) {
  const most = Math.max(1, ...bars.map(({ sent, unsent }) => sent + unsent));
  const width = 100 / Math.max(1, bars.length);
  const heightOf = (rows: number): number => (rows / most) * 100;
  return (
    <figure className={classes['chart']} aria-hidden="true">
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" focusable="false">
        {bars.map(({ day, sent, unsent }, place) => (
          <g key={day} transform={`translate(${place * width + width * 0.12} 0)`}>
            <title>{`${day}: ${countText(sent)} sent, ${countText(unsent)} not`}</title>
            <rect
              className={classes['sent']}
              y={100 - heightOf(sent)}
              width={width * 0.76}
              height={heightOf(sent)}
            />
            <rect
              className={classes['unsent']}
              y={100 - heightOf(sent + unsent)}
              width={width * 0.76}
              height={heightOf(unsent)}
            />
          </g>
        ))}
      </svg>
      <figcaption>
        <span>{bars[0]?.day}</span>
        <span>{`at most ${countText(most)} rows a day`}</span>
        <span>{bars.at(-1)?.day}</span>
      </figcaption>
    </figure>
  );
}
