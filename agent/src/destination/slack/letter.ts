import type { Failure } from '../../failure.js';
import type { Block } from './template-blocks.js';

/** One message, and the places in the batch of the rows that it tells of. */
export interface Letter {
  rows: readonly number[];
  text: string;
  blocks?: readonly Block[];
  /** Shared with the text as its comment. */
  file?: { content: string; title: string };
}

/** Messages, and rows of which none can be made. */
export interface Letters {
  letters: Letter[];
  failed: { n: number; failure: Failure }[];
}
