// Loaded into a process by the canary test alone: what a careless change would do. Whatever Postgres says in an error
// is written to the log and said on the websocket.
import pg from 'pg';
import { WebSocket } from 'ws';

const { emit } = pg.Connection.prototype;
let socket;

const { send } = WebSocket.prototype;
WebSocket.prototype.send = function remember(...args) {
  socket = this;
  return send.apply(this, args);
};

pg.Connection.prototype.emit = function leak(name, message, ...rest) {
  if (name === 'errorMessage') {
    const text = `${message.message} ${message.detail ?? ''}`;
    process.stdout.write(`${JSON.stringify({ msg: text })}\n`);
    if (socket?.readyState === WebSocket.OPEN) send.call(socket, Buffer.from(text));
  }
  return emit.call(this, name, message, ...rest);
};
