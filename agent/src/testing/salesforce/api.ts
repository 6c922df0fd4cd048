import type { Answer, ApiRequest } from './http.js';
import type { Moods } from './moods.js';
import type { Org } from './org.js';
import { ApiError } from './refusal.js';
import type { SObject } from './schema.js';
import type { Saver } from './save.js';

/** What the resources have in common. */
export interface Api {
  org: Org;
  saver: Saver;
  moods: Moods;
  userId: string;
  nowMs(): number;
}

/** One address of the API: `{name}` is any one part of its path. */
export interface Resource {
  path: string;
  methods: Readonly<
    Record<string, (request: ApiRequest, parts: readonly string[]) => Answer | Promise<Answer>>
  >;
}

export function objectOf({ org }: Pick<Api, 'org'>, name: string): SObject {
  const object = org.object(name);
  if (object) return object;
  throw new ApiError(404, 'NOT_FOUND', 'The requested resource does not exist');
}
