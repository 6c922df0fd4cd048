import { countText } from '../format/number.js';
import classes from './count-equation.module.css';
import type { Sum, Term } from './count-sums.js';

/** A total and the terms that it is made of, written as the sum that they are. */
export function CountEquation({ label, sum }: { label: string; sum: Sum }) {
  return (
    <div role="group" aria-label={label} className={classes['equation']}>
      <Cell term={sum.total} />
      {sum.terms.map((term, index) => (
        <Cell key={term.name} term={term} sign={index === 0 ? '=' : '+'} />
      ))}
    </div>
  );
}

/** A term without a sign is the total. */
function Cell({ term: { name, count, isTrouble }, sign }: { term: Term; sign?: string }) {
  return (
    <div
      className={classes['cell']}
      data-count={name}
      data-total={sign === undefined || undefined}
      data-zero={count === 0 || undefined}
      data-trouble={(isTrouble && count > 0) || undefined}
    >
      {sign && (
        <span className={classes['sign']} aria-hidden>
          {sign}
        </span>
      )}
      <span className={classes['name']}>{name}</span>
      <span className={classes['number']}>{countText(count)}</span>
    </div>
  );
}
