import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** The answers that a server owes. From the signal on, each closes its connection, so that the next request goes elsewhere. */
export class OpenRequests {
  private readonly owed = new Set<ServerResponse>();

  constructor(
    private readonly server: Server,
    signal: AbortSignal,
  ) {
    server.prependListener('request', (_: IncomingMessage, response: ServerResponse) => {
      if (signal.aborted) response.setHeader('connection', 'close');
      this.owed.add(response);
      response.once('close', () => this.owed.delete(response));
    });
  }

  /** Takes no new connection; resolves when nothing is owed. */
  async end(): Promise<void> {
    this.server.close();
    this.server.closeIdleConnections();
    while (this.owed.size > 0) {
      const [response] = this.owed;
      if (response) await once(response, 'close');
    }
  }
}
