import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/** What the environment says of a forward proxy. */
export interface ProxySettings {
  /** http://[user:password@]host:port. */
  url: string;
  /** Hosts that are reached without it, with commas between. */
  except: string;
  /** As Node.js itself decides: NODE_USE_ENV_PROXY=1. */
  isUsed: boolean;
}

/** How this process leaves its network. Set once, before the first client is opened. */
let way: ProxySettings | undefined;

export function leaveThrough(proxy: ProxySettings | undefined): void {
  way = proxy?.isUsed ? proxy : undefined;
}

/** Undefined: straight out. */
export function wayOut(): ProxySettings | undefined {
  return way;
}

/** For clients that take agents of node:http; what is not TLS (this machine's own) goes straight. */
export function httpAgents(options: { keepAlive: boolean; maxSockets?: number }): {
  httpAgent: HttpAgent;
  httpsAgent: HttpsAgent;
} {
  const proxyEnv = way && { HTTPS_PROXY: way.url, HTTP_PROXY: way.url, NO_PROXY: way.except };
  return {
    httpAgent: new HttpAgent({ ...options, ...(proxyEnv && { proxyEnv }) }),
    httpsAgent: new HttpsAgent({ ...options, ...(proxyEnv && { proxyEnv }) }),
  };
}
