import type { Advice } from '../connector/advice.js';

/** Code → title and advice, fixed texts that hold nothing of a row. The advice says what to do next. */
export type Texts = Readonly<Record<string, readonly [title: string, advice: string]>>;

export function adviceIn(texts: Texts): Advice[] {
  return Object.entries(texts).map(([code, [title, advice]]) => ({ code, title, advice }));
}
