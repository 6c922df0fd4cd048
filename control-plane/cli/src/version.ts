/** Of the command line, as its package says it. */
export const version = '0.1.0';
