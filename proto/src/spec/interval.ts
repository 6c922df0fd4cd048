export interface IntervalEntry {
  ms: number;
  /** As it was written, such as `15m`. */
  text: string;
}
