import { Stack, Text } from '@mantine/core';
import { countOf } from '../format/number.js';
import { Copy } from '../part/code-block.js';
import classes from './trouble-list.module.css';

export interface Trouble {
  code: string;
  vendorCode: string;
  count: number;
  errorId: string;
  title?: string | null | undefined;
  advice?: string | null | undefined;
}

interface TroubleListProps {
  runId: string;
  troubles: Trouble[];
}

/** Errors by code. Their texts may quote rows, so they stay in the customer's bucket; here is where. */
export function TroubleList({ runId, troubles }: TroubleListProps) {
  return (
    <Stack gap={0} component="ul" className={classes['list'] ?? ''}>
      {troubles.map((trouble) => (
        <li key={`${trouble.code} ${trouble.vendorCode} ${trouble.errorId}`}>
          <Text fw={550}>{trouble.title ?? trouble.code}</Text>
          <Text size="sm" c="dimmed">
            <code className={classes['code']}>{codeText(trouble)}</code>
            {trouble.count > 0 && ` · ${countOf(trouble.count, 'row')}`}
          </Text>
          {trouble.advice && <Text mt={6}>{trouble.advice}</Text>}
          {trouble.errorId && <Place path={placeOf(runId, trouble)} />}
        </li>
      ))}
    </Stack>
  );
}

const codeText = ({ code, vendorCode }: Trouble): string =>
  vendorCode ? `${code} (${vendorCode})` : code;

/** Below the prefix that agents have in DRAWBRIDGE_BUCKET; the run's id alone is unique. */
const placeOf = (runId: string, { errorId }: Trouble): string =>
  `v1/ws=*/sync=*/run=${runId}/errors/${errorId}.json`;

function Place({ path }: { path: string }) {
  return (
    <div className={classes['place']}>
      <span>The full text is in your bucket:</span>
      <code className={classes['code']}>{path}</code>
      <Copy text={path} what="the place of the error’s text" />
    </div>
  );
}
