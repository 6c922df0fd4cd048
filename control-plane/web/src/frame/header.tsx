import { Link, useRouterState } from '@tanstack/react-router';
import { AccountMenu } from './account-menu.js';
import classes from './frame.module.css';
import { Mark } from './mark.js';
import { SchemeMenu } from './scheme-menu.js';

interface HeaderProps {
  /** API keys, channels and the audit log are for admins. */
  isAdmin: boolean;
  workspace: string | undefined;
  person: string | undefined;
}

export function Header({ isAdmin, workspace, person }: HeaderProps) {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  // A sync's page and a draft lie below the list that leads to them.
  const isAmongSyncs = /^\/syncs\/|^\/draft$/.test(path);
  return (
    <header className={classes['header']}>
      <div className={classes['bar']}>
        <Link
          to="/"
          className={classes['home'] ?? ''}
          aria-label={`${workspace ?? 'Drawbridge'}, home`}
        >
          <Mark />
          <span>{workspace ?? 'Drawbridge'}</span>
        </Link>
        <nav className={classes['nav']} aria-label="Main">
          <Link to="/" activeOptions={{ exact: true }} data-here={isAmongSyncs || undefined}>
            Syncs
          </Link>
          <Link to="/runs">Runs</Link>
          <Link to="/destinations">Destinations</Link>
          <Link to="/agents">Agents</Link>
          <Link to="/alerts">Alerts</Link>
          <Link to="/configuration">Configuration</Link>
          <Link to="/members">Members</Link>
          <Link to="/usage">Usage</Link>
          {isAdmin && <Link to="/channels">Channels</Link>}
          {isAdmin && <Link to="/keys">API keys</Link>}
          {isAdmin && <Link to="/audit">Audit</Link>}
        </nav>
        <SchemeMenu />
        {person && <AccountMenu person={person} />}
      </div>
    </header>
  );
}
