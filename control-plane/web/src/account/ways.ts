import { useEffect, useState } from 'react';
import { lookAtAccount } from '../api/account.js';

/** Which ways in the server has beside a password. */
export interface Ways {
  signUp: boolean;
}

/** Nothing more than a password until the server has said so. */
export function useWays(): Ways {
  const [ways, setWays] = useState<Ways>({ signUp: false });
  useEffect(() => {
    void waysIn().then(setWays);
  }, []);
  return ways;
}

async function waysIn(): Promise<Ways> {
  const answer = await lookAtAccount('/account/ways');
  return { signUp: answer.kind === 'done' && answer.body['signUp'] === true };
}
