import { Anchor, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { countOf } from '../format/number.js';
import { Copy } from '../part/code-block.js';
import { advisedWishes } from './advised.js';
import classes from './trouble-list.module.css';
import { wishes } from './wish.js';

export interface Trouble {
  code: string;
  vendorCode: string;
  count: number;
  errorId: string;
  title?: string | null | undefined;
  advice?: string | null | undefined;
}

interface TroubleListProps {
  run: { id: string; sync: string };
  troubles: Trouble[];
}

/** Errors by code. Their texts may quote rows, so they stay in the customer's bucket; here is where. */
export function TroubleList({ run, troubles }: TroubleListProps) {
  return (
    <Stack gap={0} component="ul" className={classes['list'] ?? ''}>
      {troubles.map((trouble) => (
        <li key={`${trouble.code} ${trouble.vendorCode} ${trouble.errorId}`}>
          <Text fw={550}>{trouble.title ?? trouble.code}</Text>
          <Text size="sm" c="dimmed">
            <code className={classes['code']}>{codeText(trouble)}</code>
            {trouble.count > 0 && ` · ${countOf(trouble.count, 'row')}`}
          </Text>
          {trouble.advice && <Advice text={trouble.advice} sync={run.sync} />}
          {trouble.errorId && <Place path={placeOf(run.id, trouble)} />}
        </li>
      ))}
    </Stack>
  );
}

/** What to do, and where it is a run with an option, the way to it; nothing is started by going there. */
function Advice({ text, sync }: { text: string; sync: string }) {
  const advised = advisedWishes(text);
  return (
    <>
      <Text mt={6}>{text}</Text>
      {advised.length > 0 && (
        <div className={classes['ways']}>
          <span>Run it with:</span>
          {advised.map((name) => (
            <Anchor
              key={name}
              fz="inherit"
              renderRoot={(rest) => (
                <Link {...rest} to="/syncs/$name" params={{ name: sync }} search={{ with: name }} />
              )}
            >
              {wishes[name].label}
            </Anchor>
          ))}
        </div>
      )}
    </>
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
