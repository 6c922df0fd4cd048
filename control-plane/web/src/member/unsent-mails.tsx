import { graphql } from '../api/generated/index.js';
import { usePolledQuery } from '../api/polled-query.js';
import { DataTable } from '../part/data-table.js';
import { Panel } from '../part/panel.js';
import { When } from '../part/when.js';
import { kindOfMail, problemOfMail } from './mail-text.js';

const UnsentMailsQuery = graphql(`
  query UnsentMails {
    unsentMails {
      id
      to
      kind
      problem
      attempts
      createdAt
      nextAttemptAt
    }
  }
`);

const pollMs = 15_000;

/** Mail that did not arrive; nothing while all of it did. */
export function UnsentMails() {
  const { data } = usePolledQuery(UnsentMailsQuery, {}, pollMs);
  if (!data || data.unsentMails.length === 0) return null;
  return (
    <Panel title="Mail that was not sent" isFlush>
      <DataTable
        caption="Mail that was not sent"
        keyOf={({ id }) => id}
        rows={data.unsentMails}
        columns={[
          { header: 'To', isHeading: true, cell: ({ to }) => to },
          { header: 'Mail', cell: ({ kind }) => kindOfMail(kind) },
          { header: 'Why', cell: ({ problem }) => problemOfMail(problem) },
          { header: 'Written', cell: ({ createdAt }) => <When time={createdAt} /> },
          {
            header: 'Next try',
            cell: ({ nextAttemptAt }) =>
              nextAttemptAt ? <When time={nextAttemptAt} /> : 'None: it was given up',
          },
        ]}
      />
    </Panel>
  );
}
