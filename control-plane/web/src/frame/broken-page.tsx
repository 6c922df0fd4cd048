import { Button } from '@mantine/core';
import { PageHead } from '../part/page-head.js';

/** A mistake of ours, in place of an empty window. */
export function BrokenPage() {
  return (
    <div role="alert">
      <PageHead title="This page broke" tab="Error">
        That is a mistake in Drawbridge, not in what you did. Nothing was changed by it.
      </PageHead>
      <Button variant="default" onClick={() => window.location.reload()}>
        Load it again
      </Button>
    </div>
  );
}
