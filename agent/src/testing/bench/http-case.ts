import { request as ask } from 'undici';

/** One way of sending the same rows. */
export interface HttpCase {
  name: string;
  batchRows: number;
  rows: number;
  /** The record's own URL, made of its key, instead of one for all. */
  ownUrl?: true;
  /** Of the processor's time. */
  cpuTarget: number;
}

export const concurrency = 16;

export const cases: readonly HttpCase[] = [
  { name: '100 rows a request', batchRows: 100, rows: 200_000, cpuTarget: 0.85 },
  { name: '1 row a request', batchRows: 1, rows: 30_000, cpuTarget: 0.85 },
  { name: '1 row, own URL', batchRows: 1, rows: 30_000, ownUrl: true, cpuTarget: 0.7 },
];

export interface Heard {
  requests: number;
  bytes: number;
}

/** What the receiver has heard since it was last asked. */
export async function heardBy(sinkUrl: string): Promise<Heard> {
  const { body } = await ask(sinkUrl);
  return (await body.json()) as Heard;
}
