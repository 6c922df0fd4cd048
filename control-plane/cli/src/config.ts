import { CliFailure } from './failure.js';

export interface Server {
  url: string;
  token: string;
}

/** Where the control plane is and who asks. Read when a command needs it: `validate` never does. */
export function serverFrom(env: NodeJS.ProcessEnv): Server {
  const given = env.DRAWBRIDGE_URL || 'http://localhost:3000';
  const url = URL.parse(given);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    const message = `DRAWBRIDGE_URL is "${given}". Set it to the address of the control plane, such as https://drawbridge.example.`;
    throw new CliFailure('cli.bad_url', message, 2);
  }
  const token = env.DRAWBRIDGE_TOKEN;
  if (!token) {
    const message =
      'DRAWBRIDGE_TOKEN is not set. Make an API key in the workspace and put it there.';
    throw new CliFailure('cli.no_token', message, 2);
  }
  return { url: url.href.replace(/\/+$/, ''), token };
}
