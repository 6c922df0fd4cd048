import { Anchor, Group, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { useTitle } from './title.js';

export interface Crumb {
  label: string;
  to: string;
}

interface PageHeadProps {
  title: string;
  /** What the browser's tab says, if not the title. */
  tab?: string;
  crumbs?: Crumb[];
  /** A line below the title. */
  children?: ReactNode;
  actions?: ReactNode;
}

export function PageHead({ title, tab, crumbs = [], children, actions }: PageHeadProps) {
  useTitle(tab ?? title);
  const heading = useRef<HTMLHeadingElement>(null);
  // After a move the focus waits on `main`, when the heading comes only with the answer.
  useEffect(() => {
    if (document.activeElement?.tagName === 'MAIN') heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <Group component="header" justify="space-between" align="flex-start" mb="lg" gap="md">
      <div style={{ minWidth: 0 }}>
        <Crumbs crumbs={crumbs} />
        <Title
          ref={heading}
          order={1}
          fz={26}
          lh={1.25}
          tabIndex={-1}
          style={{ overflowWrap: 'anywhere' }}
        >
          {title}
        </Title>
        {children && (
          <Text component="div" c="dimmed" mt={4}>
            {children}
          </Text>
        )}
      </div>
      {actions}
    </Group>
  );
}

function Crumbs({ crumbs }: { crumbs: Crumb[] }) {
  if (crumbs.length === 0) return null;
  return (
    <Group component="nav" aria-label="Where you are" gap={6} mb={4} fz="sm">
      {crumbs.map(({ label, to }, index) => (
        <span key={to}>
          {index > 0 && (
            <Text span c="dimmed" size="sm" aria-hidden mr={6}>
              /
            </Text>
          )}
          <Anchor component={Link} to={to} size="sm">
            {label}
          </Anchor>
        </span>
      ))}
    </Group>
  );
}
