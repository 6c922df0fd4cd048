import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { AppError } from '../app-error.js';
import type { Schema } from './endpoint.js';

/** One thing that does not fit, and where. */
export interface Misfit {
  pointer: string;
  detail: string;
  code?: string;
}

/** A request that is not what the document says; its values are in no message. */
export class BadRequest extends AppError {
  constructor(readonly misfits: readonly Misfit[]) {
    super('rest.bad_request', 'The request is not as the OpenAPI document says.');
  }
}

/** JSON as it came: nothing is taken for something else, and no key is passed over. */
const strict = new Ajv2020({ allErrors: true, allowUnionTypes: true, formats: formats() });
/** What stands in an address is text, so "30" is a number there. */
const lenient = new Ajv2020({ allErrors: true, coerceTypes: true, formats: formats() });

/** A check of a JSON body. Throws BadRequest. */
export const bodyCheck = (schema: Schema) => checkBy(strict.compile(schema), '');

/** A check of the query, which turns its texts into what they stand for. Throws BadRequest. */
export const queryCheck = (properties: Readonly<Record<string, Schema>>) =>
  checkBy(lenient.compile({ type: 'object', additionalProperties: false, properties }), '?');

const checkBy =
  (fits: ValidateFunction, from: string) =>
  (value: unknown): void => {
    if (!fits(value)) throw new BadRequest((fits.errors ?? []).map((error) => misfit(error, from)));
  };

function misfit({ instancePath, message = 'is wrong', params }: ErrorObject, from: string): Misfit {
  const unknown = (params as { additionalProperty?: string }).additionalProperty;
  const allowed = (params as { allowedValues?: unknown[] }).allowedValues;
  const detail = allowed ? `must be one of ${allowed.join(', ')}` : message;
  return {
    pointer: `${from || '#'}${instancePath}`,
    detail: unknown === undefined ? detail : `has no "${unknown.slice(0, 60)}"`,
  };
}

function formats(): Record<string, RegExp> {
  return { uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i };
}
