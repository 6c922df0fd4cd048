import { Alert } from '@mantine/core';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { linkErrorText } from '../sign-in/link-error.js';

/** A sign-in link that did not work, opened by someone who is signed in all the same. */
export function LinkNote() {
  const search = useRouterState({ select: ({ location }) => location.searchStr });
  const navigate = useNavigate();
  if (!linkErrorText(search)) return null;
  return (
    <Alert
      color="yellow"
      variant="outline"
      mb="lg"
      withCloseButton
      closeButtonLabel="Close this note"
      onClose={() => void navigate({ to: '/', replace: true })}
    >
      That sign-in link no longer works, but you are signed in already.
    </Alert>
  );
}
