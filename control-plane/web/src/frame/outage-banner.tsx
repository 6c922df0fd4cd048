import classes from './frame.module.css';

/** What the page shows stays, and goes on by itself when the server is back. */
export function OutageBanner({ isShown }: { isShown: boolean }) {
  return (
    <div role="status" className={classes['banner']}>
      {isShown ? 'Drawbridge gives no answer. What you see may be out of date; trying again …' : ''}
    </div>
  );
}
