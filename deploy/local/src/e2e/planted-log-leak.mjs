// Loaded into the control plane by the canary test alone: what a careless change would do. Whatever is heard on a
// websocket is written to the log.
import { WebSocket } from 'ws';

const { emit } = WebSocket.prototype;

WebSocket.prototype.emit = function leak(name, message, ...rest) {
  if (name === 'message') process.stdout.write(`${JSON.stringify({ msg: String(message) })}\n`);
  return emit.call(this, name, message, ...rest);
};
