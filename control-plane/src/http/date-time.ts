import { GraphQLISODateTime } from '@nestjs/graphql';
import { Kind } from 'graphql';
import { AppError } from '../app-error.js';

/** Nest takes any text for a time; what is none would fail far inside, as if it were a fault of ours. */
export function refuseOtherTimes(): void {
  GraphQLISODateTime.parseValue = timeOf;
  GraphQLISODateTime.parseLiteral = (node) =>
    timeOf(node.kind === Kind.STRING ? node.value : undefined);
}

export function timeOf(value: unknown): Date {
  const time = new Date(typeof value === 'string' ? value : Number.NaN);
  // Neither Postgres nor a person writes years beyond these as a JSON date does.
  const year = time.getUTCFullYear();
  if (year >= 1 && year <= 9999) return time;
  throw new AppError(
    'text.bad_time',
    'A time is written as 2026-11-25T09:00:00Z, in a year from 1 to 9999.',
  );
}
