import { Checkbox } from '@mantine/core';
import { wishes, type WishName } from '../run/wish.js';
import classes from './wish-box.module.css';

interface WishBoxProps {
  name: WishName;
  isChosen: boolean;
  /** Why it can't be chosen now. */
  hindrance: string | undefined;
  /** Has the focus when the dialog opens. */
  isFirst: boolean;
  choose(isChosen: boolean): void;
}

/** One option of a run. One that can't be had stays within reach of the keyboard, so that its reason is heard. */
export function WishBox({ name, isChosen, hindrance, isFirst, choose }: WishBoxProps) {
  const { label, flag, does } = wishes[name];
  return (
    <Checkbox
      label={label}
      description={
        <>
          {`${does} `}
          <code className={classes['flag']}>{flag}</code>
          {hindrance && <span className={classes['hindrance']}>{hindrance}</span>}
        </>
      }
      checked={isChosen}
      classNames={{
        input: classes['input'] ?? '',
        label: classes['label'] ?? '',
        description: classes['does'] ?? '',
      }}
      onChange={(event) => {
        if (!hindrance) choose(event.currentTarget.checked);
      }}
      {...(hindrance ? { 'aria-disabled': true, mod: { hindered: true } } : {})}
      {...(isFirst ? { 'data-autofocus': true } : {})}
    />
  );
}
