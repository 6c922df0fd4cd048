import { Outlet, useRouterState } from '@tanstack/react-router';
import { CodePage } from '../account/code-page.js';
import { session } from '../api/session.js';
import { useStore } from '../api/store.js';
import { SignInPage } from '../sign-in/sign-in-page.js';
import { Frame } from './frame.js';

/** Where mailed links lead, and those who have no account yet: there for everybody. */
const outside = /^\/(sign-up|reset)(\/finish)?$|^\/invitation$|^\/sign-in\/workspace$/;

/** Any other address leads to the sign-in while nobody is signed in, and on to itself afterwards. */
export function Door() {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const { state } = useStore(session);
  if (outside.test(path)) return <Outlet />;
  if (state === 'challenged') return <CodePage />;
  if (state === 'out' || state === 'ended') return <SignInPage hasEnded={state === 'ended'} />;
  return <Frame />;
}
