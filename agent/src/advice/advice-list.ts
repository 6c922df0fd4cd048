import type { Advice } from '../connector/advice.js';
import { agentTexts } from './agent.js';
import { bucketTexts } from './bucket.js';
import { connectionTexts } from './connection.js';
import { policyTexts } from './policy.js';
import { rowTexts } from './row.js';
import { runTexts } from './run.js';
import { adviceIn } from './texts.js';
import { undoTexts } from './undo.js';

/** What a person can do about every failure that is not one connector's own; theirs stand with the connector. */
export const engineAdvice: readonly Advice[] = [
  connectionTexts,
  runTexts,
  undoTexts,
  rowTexts,
  bucketTexts,
  agentTexts,
  policyTexts,
].flatMap(adviceIn);
