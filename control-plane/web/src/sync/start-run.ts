import { useNavigate } from '@tanstack/react-router';
import { useMutation } from 'urql';
import { graphql } from '../api/generated/index.js';
import type { StartRunInput } from '../api/generated/graphql.js';

const StartRunMutation = graphql(`
  mutation StartRun($input: StartRunInput!) {
    startRun(input: $input) {
      run {
        id
      }
    }
  }
`);

/** Starts a run of a sync and goes to its page, where the server took it; `leave` comes between the two. */
export function useStartRun(sync: string, leave?: () => Promise<void>) {
  const [{ fetching, error }, startRun] = useMutation(StartRunMutation);
  const navigate = useNavigate();
  const start = async (wishes: Omit<StartRunInput, 'sync'>) => {
    const { data } = await startRun({ input: { sync, ...wishes } });
    if (!data) return;
    await leave?.();
    await navigate({ to: '/runs/$id', params: { id: data.startRun.run.id } });
  };
  return { start, isBusy: fetching, error };
}
