import { bytesText, countText } from '../format/number.js';
import { Copy } from '../part/code-block.js';
import { Facts } from '../part/facts.js';
import { Panel } from '../part/panel.js';
import type { Run } from './run-query.js';

/** Where the rows that the destination has acknowledged rest: a place, never their content. */
export function BaselinePanel({ baseline }: { baseline: NonNullable<Run['baseline']> }) {
  const { generation, rows, bytes, key, sha256 } = baseline;
  return (
    <Panel title="Baseline" hint="What the next run compares with, in your bucket.">
      <Facts
        facts={[
          { name: 'Generation', value: countText(generation) },
          { name: 'Rows', value: countText(rows) },
          { name: 'Size', value: bytesText(bytes) },
          { name: 'Object', value: <Copied text={key} what="the object’s key" /> },
          { name: 'SHA-256', value: <Copied text={sha256} what="the digest" /> },
        ]}
      />
    </Panel>
  );
}

const Copied = ({ text, what }: { text: string; what: string }) => (
  <span style={{ display: 'flex', gap: 8, alignItems: 'baseline' }}>
    <code
      title={text}
      style={{ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap', fontSize: 12.5 }}
    >
      {text}
    </code>
    <Copy text={text} what={what} />
  </span>
);
