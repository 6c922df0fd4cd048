import { Text } from '@mantine/core';
import { createContext, useContext, type ReactNode } from 'react';
import { isAtLeast, type Role } from '../member/role.js';
import { Empty } from '../part/answers.js';
import { PageHead } from '../part/page-head.js';

/** Of who is signed in; the least one until it is known. */
const RoleContext = createContext('viewer');

export const RoleProvider = RoleContext.Provider;

/** What who is signed in may do here; the server has the last word. */
export const useRole = (): string => useContext(RoleContext);

/** What the server would refuse to the others is not shown to them. */
export const AtLeast = ({ least, children }: { least: Role; children: ReactNode }) =>
  isAtLeast(useRole(), least) ? children : null;

interface ForRoleProps {
  least: Role;
  /** Of the page that stands there for those who may see it. */
  title: string;
  children: ReactNode;
}

/** A page that the server shows from a role on: the others read whom to ask, instead of a refusal. */
export function ForRole({ least, title, children }: ForRoleProps) {
  const role = useRole();
  if (isAtLeast(role, least)) return children;
  return (
    <>
      <PageHead title={title} />
      <Empty title={`This page is for ${least === 'owner' ? 'owners' : `${least}s and above`}`}>
        <Text c="dimmed">{`You are ${role} here. The page “Members” says whom you can ask.`}</Text>
      </Empty>
    </>
  );
}
