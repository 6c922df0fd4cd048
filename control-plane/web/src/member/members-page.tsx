import { Stack } from '@mantine/core';
import { useMutation } from 'urql';
import { graphql } from '../api/generated/index.js';
import { usePolledQuery } from '../api/polled-query.js';
import { Loading, NoAnswer } from '../part/answers.js';
import { PageHead } from '../part/page-head.js';
import { Panel } from '../part/panel.js';
import { Invitations } from './invitations.js';
import { InviteMember } from './invite-member.js';
import { MemberTable } from './member-table.js';
import { ProviderPanel } from './provider-panel.js';
import { managesMembers } from './role.js';
import { UnsentMails } from './unsent-mails.js';

const MembersQuery = graphql(`
  query Members {
    viewer {
      role
    }
    members {
      id
      name
      email
      role
      hasTotp
      isViewer
      joinedAt
    }
  }
`);

const ChangeRoleMutation = graphql(`
  mutation ChangeMemberRole($input: ChangeMemberRoleInput!) {
    changeMemberRole(input: $input) {
      member {
        id
        role
      }
    }
  }
`);

const RemoveMutation = graphql(`
  mutation RemoveMember($input: RemoveMemberInput!) {
    removeMember(input: $input) {
      endedKeys
    }
  }
`);

const pollMs = 30_000;

/** Who belongs to the workspace, as what, and who is invited. */
export function MembersPage() {
  const { data, error, ask } = usePolledQuery(MembersQuery, {}, pollMs);
  const [changed, changeRole] = useMutation(ChangeRoleMutation);
  const [removed, removeMember] = useMutation(RemoveMutation);
  const role = data?.viewer.role ?? 'viewer';
  const change = async (id: string, wanted: string) => {
    await changeRole({ input: { id, role: wanted } });
    ask();
  };
  const remove = async (id: string) => {
    const answer = await removeMember({ input: { id } });
    ask();
    return answer.error === undefined;
  };
  return (
    <>
      <PageHead title="Members" actions={managesMembers(role) && <InviteMember role={role} />}>
        Who belongs to this workspace, and what they may do.
      </PageHead>
      {data ? (
        <Stack gap="md">
          <Panel isFlush>
            <MemberTable
              members={data.members}
              role={role}
              isBusy={removed.fetching}
              changeError={changed.error}
              removeError={removed.error}
              change={(id, wanted) => void change(id, wanted)}
              remove={remove}
            />
          </Panel>
          {managesMembers(role) && <Invitations />}
          {managesMembers(role) && <UnsentMails />}
          {role === 'owner' && <ProviderPanel />}
        </Stack>
      ) : error ? (
        <NoAnswer error={error} ask={ask} />
      ) : (
        <Loading what="the members" />
      )}
    </>
  );
}
