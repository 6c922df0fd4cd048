import { useEffect, useRef } from 'react';
import { useQuery } from 'urql';
import type { AnyVariables, CombinedError, DocumentInput } from 'urql';

export interface Polled<Data> {
  /** The last answer that had data, so that an outage does not empty the page. */
  data: Data | undefined;
  /** Why the last question was not answered. */
  error: CombinedError | undefined;
  /** Asks now. */
  ask(): void;
}

/** Milliseconds until a question that found no server is put again. */
const retryMs = 2_000;

/** Asks again `everyMs` milliseconds after each answer while the page is visible, and at once when it becomes so. */
export function usePolledQuery<Data, Variables extends AnyVariables>(
  query: DocumentInput<Data, Variables>,
  variables: Variables,
  everyMs: number,
): Polled<Data> {
  const [result, execute] = useQuery({ query, variables } as Parameters<
    typeof useQuery<Data, Variables>
  >[0]);
  const ask = () => execute({ requestPolicy: 'network-only' });
  const isWaiting = result.fetching || result.stale;
  const waitMs = result.error ? Math.min(everyMs, retryMs) : everyMs;
  useEffect(() => (isWaiting ? undefined : laterWhenVisible(ask, waitMs)), [result, waitMs]);

  const key = JSON.stringify(variables);
  const kept = useRef<{ key: string; data: Data }>(undefined);
  if (result.data !== undefined && result.data !== null) kept.current = { key, data: result.data };
  const data = kept.current?.key === key ? kept.current.data : undefined;
  return { data, error: result.error, ask };
}

function laterWhenVisible(ask: () => void, waitMs: number): () => void {
  const askIfVisible = () => document.visibilityState === 'visible' && ask();
  const timer = setTimeout(askIfVisible, waitMs);
  document.addEventListener('visibilitychange', askIfVisible);
  window.addEventListener('online', askIfVisible);
  return () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', askIfVisible);
    window.removeEventListener('online', askIfVisible);
  };
}
