import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** As much of JSON schema as our values use. The schema is the one source of defaults and of what each value means. */
export interface ValueSchema {
  type?: string | readonly string[];
  description?: string;
  default?: unknown;
  enum?: readonly unknown[];
  properties?: Readonly<Record<string, ValueSchema>>;
  required?: readonly string[];
}

export async function readValuesSchema(chart: string): Promise<ValueSchema> {
  return JSON.parse(await readFile(join(chart, 'values.schema.json'), 'utf8')) as ValueSchema;
}

export interface ValueRow {
  /** With dots between. */
  path: string;
  schema: ValueSchema;
  isRequired: boolean;
}

/** Every value that may be set, in the schema's order; of an object of ours also its own row. */
export function rowsOf(schema: ValueSchema, above = ''): ValueRow[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, value]) => {
    const path = above === '' ? name : `${above}.${name}`;
    const isRequired = schema.required?.includes(name) ?? false;
    return [{ path, schema: value, isRequired }, ...rowsOf(value, path)];
  });
}
