/** An error as S3 says it: status, code, text. */
export class S3Error extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export const errorXml = ({ code, message }: S3Error, resource: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${escapeXml(message)}</Message><Resource>${escapeXml(resource)}</Resource></Error>`;

export function escapeXml(text: string): string {
  return text.replace(
    /[<>&"']|[^\t\n\r\x20-\uD7FF\uE000-\uFFFD]/gu,
    (c) => `&#${c.codePointAt(0)};`,
  );
}
