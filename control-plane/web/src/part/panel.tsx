import { Paper, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './panel.module.css';

interface PanelProps {
  title?: string;
  hint?: string;
  /** A table reaches the panel's edges. */
  isFlush?: boolean;
  children: ReactNode;
}

export function Panel({ title, hint, isFlush, children }: PanelProps) {
  return (
    <Paper component="section" className={classes['panel'] ?? ''} aria-label={title}>
      {title && (
        <div className={classes['head']}>
          <Title order={2} fz={16}>
            {title}
          </Title>
          {hint && (
            <Text size="sm" c="dimmed">
              {hint}
            </Text>
          )}
        </div>
      )}
      <div className={classes[isFlush ? 'flush' : 'body']}>{children}</div>
    </Paper>
  );
}
