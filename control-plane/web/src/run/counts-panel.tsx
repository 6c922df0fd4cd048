import { Panel } from '../part/panel.js';
import { CountEquation } from './count-equation.js';
import classes from './counts-panel.module.css';
import { changeSum, foundSum, meanings, outcomeSum } from './count-sums.js';
import type { Counts } from './count-sums.js';

interface CountsPanelProps {
  counts: Counts;
  isLive: boolean;
}

export function CountsPanel({ counts, isLive }: CountsPanelProps) {
  return (
    <Panel title="Rows">
      <div className={classes['sums']}>
        <CountEquation label="What the query found" sum={foundSum(counts, isLive)} />
        <CountEquation label="What has to be sent" sum={changeSum(counts)} />
        <CountEquation label="What became of it" sum={outcomeSum(counts)} />
      </div>
      <details className={classes['meanings']}>
        <summary>What these words mean</summary>
        <dl>
          {meanings.map(([name, meaning]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </details>
    </Panel>
  );
}
