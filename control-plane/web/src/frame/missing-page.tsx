import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { PageHead } from '../part/page-head.js';

export const MissingPage = () => <Missing title="There is no such page" />;

/** `title` says what is missing. */
export function Missing({ title }: { title: string }) {
  return (
    <>
      <PageHead title={title} tab="Not found">
        It may have been removed or renamed, or the address has a slip in it.
      </PageHead>
      <Anchor component={Link} to="/">
        Go to the syncs
      </Anchor>
    </>
  );
}
