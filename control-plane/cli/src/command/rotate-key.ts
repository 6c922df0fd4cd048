import type { Command } from '../command.js';
import { rotateAgent } from '../agent-operation.js';

export const rotateKey: Command = {
  usage: 'rotate-key <agent>',
  summary: 'give an agent a new key; the old one is good until the agent has signed with it',
  example: 'drawbridge rotate-key 6f1d3c3e-5f0b-4c1e-9a51-0f6d1f6f2a10',
  act: async ({ args: [id = ''] }, context) => {
    const { rotateAgent: rotated } = await context.ask()(rotateAgent, { input: { id } });
    const { agent } = rotated;
    context.note(
      agent.online
        ? 'The agent takes it within seconds; "drawbridge agents --json" says when (rotatedAt).'
        : 'The agent is not connected, and takes it when it is.',
    );
    return { json: agent, lines: [`${agent.id} rotating`] };
  },
};
