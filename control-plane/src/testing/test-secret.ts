/** One for all: what shares a database must have the same, for the passwords of its roles follow from it. */
export const testSecret = 'a secret that only these tests know, long enough';
