import { useEffect, useState } from 'react';
import { lookAtAccount } from '../api/account.js';

/** Which ways in the server has beside a password. */
export interface Ways {
  signUp: boolean;
  /** What the identity provider is called, if there is one. */
  oidc: string | undefined;
}

/** Nothing more than a password until the server has said so. */
export function useWays(): Ways {
  const [ways, setWays] = useState<Ways>({ signUp: false, oidc: undefined });
  useEffect(() => {
    void waysIn().then(setWays);
  }, []);
  return ways;
}

async function waysIn(): Promise<Ways> {
  const answer = await lookAtAccount('/account/ways');
  if (answer.kind === 'refused') return { signUp: false, oidc: undefined };
  const { signUp, oidc } = answer.body;
  return { signUp: signUp === true, oidc: typeof oidc === 'string' ? oidc : undefined };
}
