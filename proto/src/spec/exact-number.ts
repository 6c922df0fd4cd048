/** A number that is written as the text it was read from. */
export class ExactNumber {
  constructor(readonly text: string) {}
}
