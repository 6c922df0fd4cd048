import { Container } from '@mantine/core';
import { Outlet } from '@tanstack/react-router';
import { graphql } from '../api/generated/index.js';
import { reachable } from '../api/line.js';
import { usePolledQuery } from '../api/polled-query.js';
import { useStore } from '../api/store.js';
import { Loading, NoAnswer } from '../part/answers.js';
import { isAtLeast } from '../member/role.js';
import { Header } from './header.js';
import { LinkNote } from './link-note.js';
import { OutageBanner } from './outage-banner.js';
import { RoleProvider } from './role.js';
import classes from './frame.module.css';

const FrameQuery = graphql(`
  query Frame {
    viewer {
      name
      email
      role
    }
    workspace {
      id
      name
    }
  }
`);

/** What stands around every page. */
export function Frame() {
  const { data, error, ask } = usePolledQuery(FrameQuery, {}, 60_000);
  const isReachable = useStore(reachable);
  return (
    <>
      <a className={classes['skip']} href="#content">
        Skip to content
      </a>
      <Header
        isAdmin={isAtLeast(data?.viewer.role ?? '', 'admin')}
        workspace={data?.workspace.name}
        person={data && (data.viewer.email ?? data.viewer.name)}
      />
      <OutageBanner isShown={!isReachable && data !== undefined} />
      <Container component="main" id="content" tabIndex={-1} size={1160} px="md" py="xl">
        {data ? (
          <RoleProvider value={data.viewer.role}>
            <LinkNote />
            <Outlet />
          </RoleProvider>
        ) : error ? (
          <NoAnswer error={error} ask={ask} />
        ) : (
          <Loading what="your workspace" />
        )}
      </Container>
    </>
  );
}
