// https://docs.slack.dev/reference/methods/users.lookupByEmail and auth.test (read 2026-11)
import { textArg } from './call.js';
import type { Method } from './call.js';
import { Refusal } from './refusal.js';

export const authTest: Method = {
  run: () => ({
    url: 'https://example.slack.com/',
    team: 'Example',
    user: 'drawbridge',
    team_id: 'T00000001',
    user_id: 'U00000BOT',
    bot_id: 'B00000001',
    is_enterprise_install: false,
  }),
};

export const lookupByEmail: Method = {
  tier: 3,
  scopes: ['users:read.email'],
  run: (call) => {
    const email = textArg(call, 'email')?.toLowerCase();
    const user = call.workspace.users.find((one) => one.email.toLowerCase() === email);
    if (!user || user.isDeleted) throw new Refusal('users_not_found');
    return { user: { id: user.id, name: user.name, profile: { email: user.email } } };
  },
};
