/** What Slack says no with: HTTP 200 and `{ "ok": false, "error": … }`. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(code);
    this.name = 'Refusal';
  }
}
