/** Postgres refuses to compare a uuid with anything else; an id that isn't one names nothing. */
export const isUuid = (text: string): boolean =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
