import { Registry } from 'prom-client';

/** Every number that `/metrics` shows. A room counts what happens to it; what is asked for is counted in http/. */
export const registry = new Registry();
