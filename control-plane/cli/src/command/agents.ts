import type { Command } from '../command.js';
import { listAgents, type Agent } from '../operation.js';
import { firstOf } from '../pages.js';
import { table } from '../text.js';

export const agents: Command = {
  usage: 'agents',
  summary: 'list agents and how they are',
  example: 'drawbridge agents --json',
  act: async (_given, context) => {
    const ask = context.ask();
    const found = await firstOf(Infinity, async (page) => (await ask(listAgents, page)).agents);
    const none = ['No agents yet. Make a token with: drawbridge enroll-token'];
    return {
      json: { agents: found },
      lines: found.length > 0 ? table([heading, ...found.map(cellsOf)]) : none,
    };
  },
};

const heading = ['AGENT', 'POOL', 'STATE', 'VERSION', 'FREE', 'LAST SEEN'];

const cellsOf = (agent: Agent): string[] => [
  agent.id,
  agent.pool,
  agent.revokedAt ? 'revoked' : agent.online ? 'online' : 'offline',
  agent.version ?? '-',
  `${agent.freeSlots} of ${agent.slots}`,
  agent.lastSeenAt ?? 'never',
];
