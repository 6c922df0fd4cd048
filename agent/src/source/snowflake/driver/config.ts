import { devNull } from 'node:os';

/** The environment is the thread's own copy, so none of this reaches the rest of the agent. */

/** What the driver looks at when it is loaded, and later. */
export function prepareEnvironment(): void {
  Object.assign(process.env, {
    SNOWFLAKE_DISABLE_PLATFORM_DETECTION: 'true',
    SF_TELEMETRY_DISABLE_CONNECTION_SHAPE: '1',
    SNOWFLAKE_DISABLE_MINICORE: '1',
    // Nothing is below it, so no folder is made for answers about certificates, which are not asked for.
    SF_OCSP_RESPONSE_CACHE_DIR: `${devNull}/none`,
  });
  // No credentials of anything else, and no file that turns the driver's log on.
  for (const name of Object.keys(process.env))
    if (/^(AWS_|SF_CLIENT_CONFIG_FILE$)/.test(name)) delete process.env[name];
  // The driver takes a proxy that the rest of the agent does not: see `proxy.ts`.
  if (process.env['NODE_USE_ENV_PROXY'] !== '1')
    for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy'])
      delete process.env[name];
}

/** Where the proxies are named that requests go through. */
export const proxyEnv = process.env;
