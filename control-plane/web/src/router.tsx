import {
  createRootRoute,
  createRoute,
  createRouter,
  Navigate,
  useNavigate,
} from '@tanstack/react-router';
import { ResetPage, SignUpPage } from './account/ask-for-link-page.js';
import { FinishResetPage, FinishSignUpPage } from './account/finish-pages.js';
import { InvitationPage } from './account/invitation-page.js';
import { SecurityPage } from './account/security-page.js';
import { AgentsPage } from './agent/agents-page.js';
import { AlertsPage } from './alert/alerts-page.js';
import { ChannelPage } from './channel/channel-page.js';
import { ChannelsPage } from './channel/channels-page.js';
import { ComparePage } from './configuration/compare-page.js';
import { compareSearchOf, type CompareSearch } from './configuration/compare-search.js';
import { VersionsPage } from './configuration/versions-page.js';
import { DestinationsPage } from './destination/destinations-page.js';
import { DraftPage } from './draft/draft-page.js';
import { MissingPage } from './frame/missing-page.js';
import { BrokenPage } from './frame/broken-page.js';
import { Door } from './frame/door.js';
import { KeysPage } from './key/keys-page.js';
import { MembersPage } from './member/members-page.js';
import { RunPage } from './run/run-page.js';
import { RunsPage } from './run/runs-page.js';
import { runsSearchOf } from './run/runs-search.js';
import { runSearchOf } from './sync/run-search.js';
import { WorkspaceSignInPage } from './sign-in/workspace-sign-in-page.js';
import { AuditPage } from './trail/audit-page.js';
import { UsagePage } from './usage/usage-page.js';
import { SyncPage } from './sync/sync-page.js';
import { SyncsPage } from './sync/syncs-page.js';

const rootRoute = createRootRoute({ component: Door, notFoundComponent: MissingPage });

const syncsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  component: SyncsPage,
});
const syncRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/syncs/$name',
  validateSearch: runSearchOf,
  component: function SyncRoute() {
    const { name } = syncRoute.useParams();
    return <SyncPage key={name} name={name} asked={syncRoute.useSearch().with} />;
  },
});
const draftRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/draft',
  component: DraftPage,
});
const versionsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/configuration',
  component: function VersionsRoute() {
    return <VersionsPage compare={useCompare()} />;
  },
});
const compareRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/configuration/compare',
  validateSearch: compareSearchOf,
  component: function CompareRoute() {
    const search = compareRoute.useSearch();
    return <ComparePage key={JSON.stringify(search)} search={search} compare={useCompare()} />;
  },
});

function useCompare(): (search: CompareSearch) => void {
  const navigate = useNavigate();
  return (search) => void navigate({ to: '/configuration/compare', search });
}

const runsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/runs',
  validateSearch: runsSearchOf,
  component: function RunsRoute() {
    const navigate = runsRoute.useNavigate();
    return (
      <RunsPage
        search={runsRoute.useSearch()}
        change={(search) => void navigate({ to: '/runs', search })}
      />
    );
  },
});
const runRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/runs/$id',
  component: function RunRoute() {
    const { id } = runRoute.useParams();
    return <RunPage key={id} id={id} />;
  },
});
const destinationsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/destinations',
  component: DestinationsPage,
});
const agentsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/agents',
  component: AgentsPage,
});
const outsideRoutes = (
  [
    ['/sign-up', SignUpPage],
    ['/sign-up/finish', FinishSignUpPage],
    ['/reset', ResetPage],
    ['/reset/finish', FinishResetPage],
    ['/invitation', InvitationPage],
    ['/sign-in/workspace', WorkspaceSignInPage],
  ] as const
).map(([path, component]) => createRoute({ getParentRoute: () => rootRoute, path, component }));
const membersRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/members',
  component: MembersPage,
});
const securityRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/security',
  component: SecurityPage,
});
const alertsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/alerts',
  component: AlertsPage,
});
const usageRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/usage',
  component: UsagePage,
});
const channelsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/channels',
  component: ChannelsPage,
});
const channelRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/channels/$id',
  component: function ChannelRoute() {
    const { id } = channelRoute.useParams();
    return <ChannelPage key={id} id={id} />;
  },
});
const keysRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/keys',
  component: KeysPage,
});
const auditRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/audit',
  component: AuditPage,
});
// Where the server sends people whose link did not work; those who are signed in have no need of it.
const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  component: () => <Navigate to="/" search={true} replace />,
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    signInRoute,
    syncsRoute,
    syncRoute,
    draftRoute,
    runsRoute,
    versionsRoute,
    compareRoute,
    runRoute,
    destinationsRoute,
    agentsRoute,
    alertsRoute,
    usageRoute,
    channelsRoute,
    channelRoute,
    keysRoute,
    auditRoute,
    membersRoute,
    securityRoute,
    ...outsideRoutes,
  ]),
  defaultErrorComponent: BrokenPage,
  scrollRestoration: true,
});

// Keyboard and screen reader follow to the new page, as they do where pages are loaded whole.
router.subscribe('onResolved', ({ fromLocation, pathChanged }) => {
  if (!fromLocation || !pathChanged) return;
  const target = document.querySelector<HTMLElement>('main h1') ?? document.querySelector('main');
  target?.focus({ preventScroll: true });
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
