import type { Permission } from '../auth/allow.js';
import type { Caller } from '../auth/caller.js';

/** A JSON Schema, draft 2020-12: what a request is checked by and what the OpenAPI document shows. */
export type Schema = Readonly<Record<string, unknown>>;

export interface Answer {
  status: number;
  /** An object as JSON, or lines as they come. */
  body: object | AsyncIterable<object>;
  headers?: Readonly<Record<string, string>>;
}

/** What came with a request, checked. */
export interface Asked {
  caller: Caller;
  path: Readonly<Record<string, string>>;
  query: Readonly<Record<string, unknown>>;
  body: unknown;
  /** As the client named this request; undefined when it did not. */
  idempotencyKey: string | undefined;
  /** Aborted when nobody waits for the answer any more, or this process is about to go. */
  signal: AbortSignal;
}

/** One thing that can be asked: its route, its checks and its place in the document, in one. */
export interface Endpoint {
  method: 'get' | 'post';
  /** As OpenAPI writes it, below /api/v1. */
  path: string;
  operationId: string;
  summary: string;
  description?: string;
  permission: Permission;
  /** By the names in the path. */
  parameters: Readonly<Record<string, Schema>>;
  query?: Readonly<Record<string, Schema>>;
  /** A body is optional where its schema takes an object without a key. */
  body?: { schema: Schema; isRequired: boolean; example: object };
  takesIdempotencyKey: boolean;
  /** By status: what it means, and the name of the component that is answered. */
  answers: Readonly<Record<number, { description: string; schema: string; isStream?: boolean }>>;
  /** Statuses of problems beside those that any request can meet. */
  problems: readonly number[];
  answer(asked: Asked): Promise<Answer>;
}
