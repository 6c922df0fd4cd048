import { VisuallyHidden } from '@mantine/core';
import { durationText } from '../format/duration.js';
import type { PhaseStep } from './phase.js';
import classes from './phase-stepper.module.css';

const standings: Record<PhaseStep['standing'], string> = {
  done: 'done',
  current: 'under way',
  held: 'waits for approval',
  waiting: 'not yet',
  stopped: 'stopped here',
  skipped: 'not reached',
};

export function PhaseStepper({ steps }: { steps: PhaseStep[] }) {
  return (
    <ol className={classes['steps']} aria-label="Phases">
      {steps.map(({ name, label, standing, ms }) => (
        <li
          key={name}
          data-standing={standing}
          aria-current={standing === 'current' ? 'step' : undefined}
        >
          <span className={classes['label']}>{label}</span>
          <span className={classes['time']}>
            <VisuallyHidden>{`${standings[standing]}, `}</VisuallyHidden>
            {ms > 0 ? durationText(ms) : <span aria-hidden>{shortWords[standing]}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}

const shortWords: Record<PhaseStep['standing'], string> = {
  done: '0 ms',
  current: '…',
  held: 'held',
  waiting: '–',
  stopped: 'stopped',
  skipped: '–',
};
