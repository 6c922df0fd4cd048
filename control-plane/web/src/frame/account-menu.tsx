import { ActionIcon, Menu } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useWays } from '../account/ways.js';
import { signOut } from '../api/session.js';
import { NewWorkspace } from './new-workspace.js';
import { WorkspaceItems } from './workspace-items.js';

/** `person` is an address or a name. */
export function AccountMenu({ person }: { person: string }) {
  const [hasFailed, setHasFailed] = useState(false);
  const [isNaming, setIsNaming] = useState(false);
  const { signUp } = useWays();
  const leave = async () => setHasFailed(!(await signOut()));
  return (
    <>
      <NewWorkspace isOpen={isNaming} close={() => setIsNaming(false)} />
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon
            variant="default"
            size="lg"
            radius="xl"
            aria-label={`Account of ${person}`}
            fw={600}
            fz="sm"
          >
            {person.slice(0, 1).toUpperCase()}
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown maw={280}>
          <Menu.Label style={{ overflowWrap: 'anywhere' }}>{person}</Menu.Label>
          <Menu.Item component={Link} to="/security">
            Security
          </Menu.Item>
          <WorkspaceItems />
          {signUp && <Menu.Item onClick={() => setIsNaming(true)}>New workspace …</Menu.Item>}
          <Menu.Item closeMenuOnClick={false} onClick={() => void leave()}>
            Sign out
          </Menu.Item>
          <div role="alert">
            {hasFailed && (
              <Menu.Label c="var(--mantine-color-error)">
                Signing out did not work. Try again.
              </Menu.Label>
            )}
          </div>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
