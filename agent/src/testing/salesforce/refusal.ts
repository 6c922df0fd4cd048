/** A request that is refused whole. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields?: readonly string[],
  ) {
    super(message);
  }
}

/** One record that is refused, the others of its request or job are not. */
export class Refusal extends Error {
  constructor(
    readonly statusCode: string,
    message: string,
    readonly fields: readonly string[] = [],
  ) {
    super(message);
  }
}

export const notFound = (): ApiError =>
  new ApiError(404, 'NOT_FOUND', 'The requested resource does not exist');

export const noColumn = (field: string, object: string): ApiError =>
  new ApiError(400, 'INVALID_FIELD', `No such column '${field}' on sobject of type ${object}`);
