import { Menu } from '@mantine/core';
import { useMutation, useQuery } from 'urql';
import { graphql } from '../api/generated/index.js';
import { session } from '../api/session.js';

const MembershipsQuery = graphql(`
  query Memberships {
    memberships {
      isCurrent
      workspace {
        id
        name
      }
    }
  }
`);

const SwitchMutation = graphql(`
  mutation SwitchWorkspace($input: SwitchWorkspaceInput!) {
    switchWorkspace(input: $input) {
      workspace {
        id
      }
    }
  }
`);

/** The other workspaces of who is signed in, if there are any. */
export function WorkspaceItems() {
  const [{ data }] = useQuery({ query: MembershipsQuery });
  const [, change] = useMutation(SwitchMutation);
  const others = (data?.memberships ?? []).filter(({ isCurrent }) => !isCurrent);
  const enter = async (workspaceId: string) => {
    const { error } = await change({ input: { workspaceId } });
    // Nothing of what was seen belongs to the other one.
    if (!error) session.set({ state: 'asking', visit: session.get().visit + 1 });
  };
  return others.map(({ workspace: { id, name } }) => (
    <Menu.Item key={id} onClick={() => void enter(id)} style={{ overflowWrap: 'anywhere' }}>
      Switch to {name}
    </Menu.Item>
  ));
}
