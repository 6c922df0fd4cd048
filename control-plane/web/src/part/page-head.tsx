import { Anchor, Group, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
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
  return (
    <Group component="header" justify="space-between" align="flex-start" mb="lg" gap="md">
      <div style={{ minWidth: 0 }}>
        <Crumbs crumbs={crumbs} />
        <Title order={1} fz={26} lh={1.25} tabIndex={-1} style={{ overflowWrap: 'anywhere' }}>
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
      {crumbs.map(({ label, to }) => (
        <span key={to}>
          <Anchor component={Link} to={to} size="sm">
            {label}
          </Anchor>
          <Text span c="dimmed" size="sm" aria-hidden ml={6}>
            /
          </Text>
        </span>
      ))}
    </Group>
  );
}
