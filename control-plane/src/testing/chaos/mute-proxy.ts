import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands before a server. Muted, it accepts and answers nothing, on old lines and on new ones. */
export class MuteProxy {
  private readonly sockets = new Set<Socket>();
  private isMute = false;

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    private readonly target: { host: string; port: number },
  ) {
    server.on('connection', (near) => this.join(near));
  }

  static async open(target: { host: string; port: number }): Promise<MuteProxy> {
    const server = createServer();
    const proxy = new MuteProxy(server, target);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  mute(): void {
    this.isMute = true;
  }

  /** What was swallowed can't be said again, so the lines are cut. */
  unmute(): void {
    this.isMute = false;
    this.cut();
  }

  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  close(): void {
    this.server.close();
    this.cut();
  }

  private join(near: Socket): void {
    const far = connect(this.target.port, this.target.host);
    this.relay(near, far);
    this.relay(far, near);
  }

  private relay(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.on('error', () => undefined);
    from.on('data', (bytes) => void (this.isMute || to.write(bytes)));
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
  }
}
