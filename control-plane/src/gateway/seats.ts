/** Who may have room for jobs. */
export interface Seated {
  /** How many more it takes. */
  readonly left: number;
}

/** Who gets the next jobs, at most `most`: one each, then a second one each, and so on, as long as they have room. */
export function seatsOf<Who extends Seated>(all: Iterable<Who>, most: number): Who[] {
  let open = [...all].filter(({ left }) => left > 0);
  const seats: Who[] = [];
  for (let round = 1; open.length > 0 && seats.length < most; round += 1) {
    seats.push(...open.slice(0, most - seats.length));
    open = open.filter(({ left }) => left > round);
  }
  return seats;
}
