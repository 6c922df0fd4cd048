/** A value as it is kept. Dates and times are the texts in which they are given out. */
export type Stored = string | number | boolean | null;
