import { TextInput } from '@mantine/core';
import { Fragment } from 'react';
import type { ReactNode, RefObject } from 'react';
import { hindranceOf } from '../run/hindrance.js';
import type { WishName } from '../run/wish.js';
import type { Chosen } from './chosen.js';
import { WishBox } from './wish-box.js';
import classes from './wish-section.module.css';

export interface Section {
  title: string;
  /** Changes the destination, or what is known of it, for good. */
  isDestructive?: true;
  names: readonly WishName[];
}

interface WishSectionProps extends Section {
  /** Of the sync. */
  mode: string;
  chosen: Chosen;
  choose(chosen: Chosen): void;
  first: WishName | undefined;
  canaryProblem: ReactNode;
  /** The field for the number of operations. */
  number: RefObject<HTMLInputElement | null>;
}

export function WishSection({ title, isDestructive, names, first, ...rest }: WishSectionProps) {
  const { mode, chosen, choose } = rest;
  const { wishes } = chosen;
  return (
    <fieldset className={classes['section']}>
      <legend className={classes['title']}>
        {title}
        {isDestructive && <span className={classes['destructive']}> · destructive</span>}
      </legend>
      {names.map((name) => (
        <Fragment key={name}>
          <WishBox
            name={name}
            isChosen={wishes[name] ?? false}
            hindrance={hindranceOf(name, wishes, mode)}
            isFirst={name === first}
            choose={(isChosen) => choose({ ...chosen, wishes: { ...wishes, [name]: isChosen } })}
          />
          {name === 'canary' && wishes.canary && <Operations {...rest} />}
        </Fragment>
      ))}
    </fieldset>
  );
}

function Operations({
  chosen,
  choose,
  canaryProblem,
  number,
}: Pick<WishSectionProps, 'chosen' | 'choose' | 'canaryProblem' | 'number'>) {
  return (
    <TextInput
      ref={number}
      className={classes['number'] ?? ''}
      label="Operations"
      inputMode="numeric"
      autoComplete="off"
      value={chosen.canary}
      error={canaryProblem}
      onChange={(event) => choose({ ...chosen, canary: event.currentTarget.value })}
    />
  );
}
