import { session } from '../api/session.js';
import { useStore } from '../api/store.js';
import { SignInPage } from '../sign-in/sign-in-page.js';
import { Frame } from './frame.js';

/** Any address leads to the sign-in while nobody is signed in, and on to itself afterwards. */
export function Door() {
  const { state } = useStore(session);
  if (state === 'out' || state === 'ended') return <SignInPage hasEnded={state === 'ended'} />;
  return <Frame />;
}
