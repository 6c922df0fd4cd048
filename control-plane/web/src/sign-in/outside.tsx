import { Paper, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Mark } from '../frame/mark.js';
import { SchemeMenu } from '../frame/scheme-menu.js';
import { useTitle } from '../part/title.js';
import classes from './sign-in-page.module.css';

interface OutsideProps {
  title: string;
  /** What the browser's tab says, if not the title. */
  tab?: string;
  /** Above the card. */
  notes?: ReactNode;
  /** Below the card. */
  more?: ReactNode;
  /** What the card holds. */
  children: ReactNode;
}

/** A page for people who are not signed in. */
export function Outside({ title, tab, notes, more, children }: OutsideProps) {
  useTitle(tab ?? title);
  return (
    <div className={classes['page']}>
      <div className={classes['scheme']}>
        <SchemeMenu />
      </div>
      <main className={classes['main']} tabIndex={-1}>
        <Stack gap="xs" align="center" mb="lg">
          <Mark size={44} />
          <Title order={1} fz={24} ta="center" tabIndex={-1}>
            {title}
          </Title>
        </Stack>
        <Stack gap="md">
          {notes}
          <Paper className={classes['card'] ?? ''}>{children}</Paper>
          {more}
        </Stack>
      </main>
    </div>
  );
}
