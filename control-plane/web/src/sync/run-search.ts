import { isWishName, type WishName } from '../run/wish.js';

/** What the address of a sync's page opens: `?with=options` a dialog, `?with=full` the dialog with that chosen. */
export interface RunSearch {
  with?: WishName | 'options' | undefined;
}

/** Undefined is said outright: what a route leaves out stays as it came. */
export const runSearchOf = ({ with: asked }: Record<string, unknown>): RunSearch => ({
  with: asked === 'options' || isWishName(asked) ? asked : undefined,
});
