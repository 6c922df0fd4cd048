import { makeStore } from './store.js';

/** Whether the last question to the server was answered. */
export const reachable = makeStore(true);

/** Whether the server can tell us news by itself; if not, pages ask more often. */
export const socketOpen = makeStore(false);
