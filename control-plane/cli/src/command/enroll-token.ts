import type { Command } from '../command.js';
import { createEnrollmentToken } from '../operation.js';

export const enrollToken: Command = {
  usage: 'enroll-token',
  summary: 'make a token with which one agent enrols, once',
  example: 'drawbridge enroll-token --pool default',
  options: [['--pool <name>', 'the pool that the agent joins', 'default']],
  act: async ({ options }, context) => {
    const pool = String(options.pool);
    const asked = await context.ask()(createEnrollmentToken, { input: { pool } });
    const { token, expiresAt } = asked.createEnrollmentToken;
    context.note(`For one agent of pool ${pool}, until ${expiresAt}. It is not shown again.`);
    return { json: asked.createEnrollmentToken, lines: [token] };
  },
};
