import { Button } from '@mantine/core';
import { useMutation } from 'urql';
import { graphql } from '../api/generated/index.js';
import { usePolledQuery } from '../api/polled-query.js';
import { Refusal } from '../part/answers.js';
import { DataTable } from '../part/data-table.js';
import { Panel } from '../part/panel.js';
import { When } from '../part/when.js';

const InvitationsQuery = graphql(`
  query Invitations {
    invitations {
      id
      email
      role
      invitedBy
      sentAt
      expiresAt
    }
  }
`);

const RevokeInvitationMutation = graphql(`
  mutation RevokeInvitation($input: RevokeInvitationInput!) {
    revokeInvitation(input: $input) {
      invitation {
        id
      }
    }
  }
`);

/** Milliseconds between looks; an invitation that was sent here shows at once. */
const pollMs = 5_000;

/** Those that are open; nothing while there are none. */
export function Invitations() {
  const { data, ask } = usePolledQuery(InvitationsQuery, {}, pollMs);
  const [{ error }, revoke] = useMutation(RevokeInvitationMutation);
  const takeBack = async (id: string) => {
    await revoke({ input: { id } });
    ask();
  };
  if (!data || data.invitations.length === 0) return null;
  return (
    <Panel title="Invited" isFlush>
      <Refusal error={error} />
      <DataTable
        caption="Invitations"
        keyOf={({ id }) => id}
        rows={data.invitations}
        columns={[
          { header: 'Email', isHeading: true, cell: ({ email }) => email },
          { header: 'Role', cell: ({ role }) => role },
          { header: 'By', cell: ({ invitedBy }) => invitedBy },
          { header: 'Sent', cell: ({ sentAt }) => <When time={sentAt} /> },
          { header: 'Ends', cell: ({ expiresAt }) => <When time={expiresAt} /> },
          {
            header: 'Access',
            cell: ({ id, email }) => (
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => void takeBack(id)}
                aria-label={`Take the invitation of ${email} back`}
              >
                Take back
              </Button>
            ),
          },
        ]}
      />
    </Panel>
  );
}
