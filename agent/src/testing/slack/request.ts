import type { IncomingHttpHeaders } from 'node:http';

/** A request as it came. */
export interface Heard {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Arguments from the query, and from the body as a form or JSON. */
export function argsOf({ query, headers, body }: Heard): Readonly<Record<string, unknown>> {
  const fromQuery = Object.fromEntries(query);
  const type = headers['content-type'] ?? '';
  if (type.startsWith('application/json'))
    return { ...fromQuery, ...(JSON.parse(body.toString()) as Record<string, unknown>) };
  return { ...fromQuery, ...Object.fromEntries(new URLSearchParams(body.toString())) };
}

export function tokenOf(
  { headers }: Heard,
  args: Readonly<Record<string, unknown>>,
): string | undefined {
  const bearer = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
  return bearer ?? (typeof args['token'] === 'string' ? args['token'] : undefined);
}

/** What is uploaded: the bytes themselves, or the only part of a form. */
export function fileOf({ headers, body }: Heard): Buffer {
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)/.exec(
    headers['content-type'] ?? '',
  )?.[1];
  if (!boundary) return body;
  const start = body.indexOf('\r\n\r\n') + 4;
  const end = body.lastIndexOf(`\r\n--${boundary}--`);
  return body.subarray(start, end);
}
