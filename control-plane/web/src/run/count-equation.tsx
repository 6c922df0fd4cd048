import { Fragment } from 'react';
import { countText } from '../format/number.js';
import classes from './count-equation.module.css';
import type { Sum, Term } from './count-sums.js';

/** A total and the terms that it is made of, written as the sum that they are. */
export function CountEquation({ label, sum }: { label: string; sum: Sum }) {
  return (
    <div role="group" aria-label={label} className={classes['equation']}>
      <Cell term={sum.total} isTotal />
      {sum.terms.map((term, index) => (
        <Fragment key={term.name}>
          <span className={classes['sign']} aria-hidden>
            {index === 0 ? '=' : '+'}
          </span>
          <Cell term={term} />
        </Fragment>
      ))}
    </div>
  );
}

function Cell({ term: { name, count, isTrouble }, isTotal }: { term: Term; isTotal?: boolean }) {
  return (
    <span
      className={classes['cell']}
      data-count={name}
      data-total={isTotal || undefined}
      data-zero={count === 0 || undefined}
      data-trouble={(isTrouble && count > 0) || undefined}
    >
      <span className={classes['name']}>{name}</span>
      <span className={classes['number']}>{countText(count)}</span>
    </span>
  );
}
