import type { Operation } from './api.js';
import type { Agent } from './operation.js';

export const rotateAgent: Operation<{ rotateAgent: { agent: Agent } }, { input: { id: string } }> =
  {
    document: `mutation RotateAgent($input: RotateAgentInput!) {
    rotateAgent(input: $input) {
      agent { id pool version online slots freeSlots lastSeenAt revokedAt createdAt rotatedAt policyDigest rotating }
    }
  }`,
  };
