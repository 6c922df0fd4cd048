import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { httpAgents, wayOut } from '../proxy.js';

/**
 * For a vendor's client that takes agents of node:http and would go straight out with its own. Nothing where no forward proxy
 * is set. What speaks HTTP without such a client uses `openHttpClient`.
 */
export function vendorAgents(): { httpAgent?: HttpAgent; httpsAgent?: HttpsAgent } {
  return wayOut() ? httpAgents({ keepAlive: true, maxSockets: 50 }) : {};
}
