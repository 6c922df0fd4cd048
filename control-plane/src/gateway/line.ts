/** One connection to an agent, whatever carries it. */
export interface Line {
  /** Of the wire: what the agent at its other end can take in. */
  readonly revision: number;
  /** What the agent says, in order. Ends with the connection; after `close` what still waits is dropped. */
  readonly messages: AsyncIterableIterator<Message>;
  /** An agent that takes nothing in is cut off rather than waited for. */
  send(bytes: Uint8Array): void;
  /** The second time does nothing. */
  close(code: number): void;
}

/** One websocket message. Ours are binary; a text is none of ours. */
export type Message = Uint8Array | 'text';
