import type snowflake from 'snowflake-sdk';
import type { DriverColumn, SignIn, SmallRows } from './protocol.js';

type Connection = snowflake.Connection;
type Statement = snowflake.RowStatement;

/** Seconds that the driver may spend on signing in; whoever asked gives up earlier. */
const signInSeconds = 60;

/** What `serialize` tells, as far as it is needed. */
interface Serialized {
  services: { sf: { tokenInfo: { sessionToken: string } } };
}

/** One session of Snowflake's own driver. */
export class DriverSession {
  /** What may still run. */
  private running: Statement | undefined;

  private constructor(private readonly connection: Connection) {}

  static async signIn(driver: typeof snowflake, signIn: SignIn): Promise<DriverSession> {
    const connection = driver.createConnection({
      ...signIn,
      application: 'Drawbridge',
      clientSessionKeepAlive: true,
      clientStoreTemporaryCredential: false,
      validateDefaultParameters: false,
      representNullAsStringNull: false,
      sfRetryMaxLoginRetries: 2,
      timeout: signInSeconds * 1000,
    });
    await new Promise<void>((resolve, reject) => {
      connection.connect((error) => (error ? reject(error) : resolve()));
    });
    return new DriverSession(connection);
  }

  /** A statement with a small result. */
  run(sqlText: string): Promise<SmallRows> {
    return new Promise((resolve, reject) => {
      this.running = this.connection.execute({
        sqlText,
        complete: (error, _, rows) => {
          this.settled();
          return error ? reject(error) : resolve(rows ?? []);
        },
      });
    });
  }

  /** The columns of a query. Runs nothing. */
  async describe(sqlText: string): Promise<DriverColumn[]> {
    const statement = await this.execute({ sqlText, describeOnly: true });
    this.settled();
    return (statement.getColumns() ?? []).map((column) => ({
      name: column.getName(),
      type: column.getType(),
      precision: column.getPrecision() ?? null,
      scale: column.getScale() ?? null,
    }));
  }

  /** Begins a query and resolves with its id; the result is asked for by that. */
  async start(sqlText: string): Promise<string> {
    return (await this.execute({ sqlText, asyncExec: true })).getQueryId();
  }

  private execute(options: snowflake.StatementOption): Promise<Statement> {
    return new Promise((resolve, reject) => {
      this.running = this.connection.execute({
        ...options,
        streamResult: true,
        complete: (error, statement) => (error ? reject(error) : resolve(statement)),
      });
    });
  }

  /** What its requests carry now; the driver makes a new one when it expires. */
  token(): string {
    const { services } = JSON.parse(this.connection.serialize()) as Serialized;
    return services.sf.tokenInfo.sessionToken;
  }

  /** Has the driver renew its token if that has expired. */
  renew(): Promise<boolean> {
    return this.connection.isValidAsync();
  }

  /** Nothing is left to be stopped. */
  settled(): void {
    this.running = undefined;
  }

  /** Stops what runs. */
  cancel(): Promise<void> {
    const { running } = this;
    if (!running) return Promise.resolve();
    return new Promise((resolve) => running.cancel(() => resolve()));
  }

  end(): Promise<void> {
    return new Promise((resolve) => this.connection.destroy(() => resolve()));
  }
}
