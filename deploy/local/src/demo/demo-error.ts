/** Something that a person can do something about: printed as it stands, without a stack. */
export class DemoError extends Error {}

/** It was called in a way that it does not understand. */
export class UsageError extends DemoError {}
