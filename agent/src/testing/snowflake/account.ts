import { DuckDBInstance, DuckDBScalarFunction, DuckDBVarCharType, VARCHAR } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { BucketKeys } from './bucket-door.js';
import { quoteName, quoteText } from '../../duck/duck.js';
import { geoJsonOf, wktOf } from './sql/geography.js';
import { informationMacros } from './sql/information-schema.js';
import { leniently, xmlText } from './sql/lenient-json.js';
import { strftimeOf } from './sql/time-format.js';
import { macros } from './sql/macros.js';
import { dayText, localText, offsetText, timeText } from './sql/moment.js';

export interface User {
  name: string;
  password?: string;
  /** SPKI in PEM; the driver signs with the private half. */
  publicKey?: string;
  /** OAuth and programmatic access tokens that let this user in. */
  tokens?: readonly string[];
  defaultRole?: string;
  defaultWarehouse?: string;
  disabled?: boolean;
}

export interface Integration {
  allowedLocations: readonly string[];
}

export interface Stage {
  url: string;
  integration?: string;
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
  format?: string;
}

/** What a connection to DuckDB has to know of the session whose statement it runs. */
export interface Footing {
  database?: string;
  schema?: string;
  role: string;
  parameters: ReadonlyMap<string, string>;
}

/** Parameters that macros read. */
const told = [
  'DATE_OUTPUT_FORMAT',
  'TIMESTAMP_NTZ_OUTPUT_FORMAT',
  'TIMESTAMP_LTZ_OUTPUT_FORMAT',
  'TIMESTAMP_TZ_OUTPUT_FORMAT',
];

/** One account: its databases in one DuckDB, an attached catalog for each, and who may do what. */
export class Account {
  readonly users = new Map<string, User>();
  readonly warehouses = new Set<string>();
  readonly integrations = new Map<string, Integration>();
  /** By their whole names. */
  readonly stages = new Map<string, Stage>();
  /** What integrations reach, by the names of the buckets. */
  readonly buckets = new Map<string, BucketKeys>();
  readonly #instance: DuckDBInstance;

  private constructor(
    readonly name: string,
    instance: DuckDBInstance,
  ) {
    this.#instance = instance;
  }

  static async open(name: string): Promise<Account> {
    const instance = await DuckDBInstance.create(':memory:', {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const connection = await instance.connect();
    connection.registerScalarFunction(textFunction('SF_PARSE_JSON', leniently, 'JSON'));
    connection.registerScalarFunction(textFunction('PARSE_XML', xmlText, 'JSON'));
    for (const [called, work] of Object.entries(functions))
      connection.registerScalarFunction(textFunction(called, work));
    await connection.run(`ATTACH ':memory:' AS _sf`);
    await connection.run(`SET search_path = '_sf.main'`);
    await connection.run(
      `CREATE TABLE GRANTS(CREATED_ON TIMESTAMPTZ DEFAULT now(), PRIVILEGE VARCHAR, GRANTED_ON VARCHAR, NAME VARCHAR, GRANTEE VARCHAR, GRANTED_TO VARCHAR DEFAULT 'ROLE')`,
    );
    await connection.run(`CREATE TABLE ROLES(NAME VARCHAR PRIMARY KEY)`);
    await connection.run(`INSERT INTO ROLES VALUES ('ACCOUNTADMIN'), ('SYSADMIN'), ('PUBLIC')`);
    await createMacros(connection, [...macros, ...informationMacros]);
    connection.closeSync();
    return new Account(name, instance);
  }

  async connect(footing: Footing): Promise<DuckDBConnection> {
    const connection = await this.#instance.connect();
    const { database, schema, parameters, role } = footing;
    const place = database && `${quoteName(database)}.${quoteName(schema ?? 'main')}`;
    await connection.run(
      `SET search_path = ${quoteText([place, '_sf.main'].filter(Boolean).join(','))}`,
    );
    await connection.run(`SET TimeZone = ${quoteText(parameters.get('TIMEZONE') ?? 'UTC')}`);
    for (const name of told)
      await connection.run(
        `SET VARIABLE ${name} = ${quoteText(strftimeOf(parameters.get(name) ?? ''))}`,
      );
    await connection.run(`SET VARIABLE ROLE = ${quoteText(role)}`);
    return connection;
  }

  /** Rows of a small question, in no session. */
  async rows(sql: string): Promise<unknown[][]> {
    const connection = await this.#instance.connect();
    try {
      return (await connection.runAndReadAll(sql)).getRowsJS() as unknown[][];
    } finally {
      connection.closeSync();
    }
  }

  async hasDatabase(name: string): Promise<boolean> {
    const found = await this.rows(
      `SELECT 1 FROM duckdb_databases() WHERE NOT internal AND database_name = ${quoteText(name)} AND database_name NOT IN ('_sf', 'memory')`,
    );
    return found.length > 0;
  }

  async hasSchema(database: string, name: string): Promise<boolean> {
    const found = await this.rows(
      `SELECT 1 FROM duckdb_schemas() WHERE database_name = ${quoteText(database)} AND schema_name = ${quoteText(name)}`,
    );
    return found.length > 0;
  }

  async createDatabase(name: string): Promise<void> {
    await this.rows(`ATTACH ':memory:' AS ${quoteName(name)}`);
    await this.rows(`CREATE SCHEMA ${quoteName(name)}."PUBLIC"`);
  }

  /** Whether a role, or one that it has, may use a thing. */
  async mayUse(role: string, on: string, name: string): Promise<boolean> {
    if (role === 'ACCOUNTADMIN' || role === 'SYSADMIN') return true;
    const found = await this.rows(
      `SELECT 1 FROM _sf.main.GRANTS WHERE GRANTED_ON = ${quoteText(on)} AND NAME = ${quoteText(name)} AND list_contains(_sf.main.ROLES_OF(${quoteText(role)}), GRANTEE)`,
    );
    return found.length > 0;
  }

  close(): void {
    this.#instance.closeSync();
  }
}

/** A macro can only be made after those that it calls, so what fails is tried again after the others. */
async function createMacros(connection: DuckDBConnection, all: readonly string[]): Promise<void> {
  const failed: string[] = [];
  let reason: unknown;
  for (const macro of all)
    try {
      await connection.run(`CREATE MACRO _sf.main.${macro}`);
    } catch (error) {
      failed.push(macro);
      reason = error;
    }
  if (failed.length === all.length) throw reason;
  if (failed.length > 0) await createMacros(connection, failed);
}

const functions: Readonly<Record<string, (text: string) => string>> = {
  SF_GEOJSON: geoJsonOf,
  SF_WKT: wktOf,
  SF_LOCAL_TEXT: localText,
  SF_OFFSET_TEXT: offsetText,
  SF_DAY_TEXT: dayText,
  SF_TIME_TEXT: timeText,
};

function textFunction(
  name: string,
  work: (text: string) => string,
  alias?: string,
): DuckDBScalarFunction {
  return DuckDBScalarFunction.create({
    name,
    parameterTypes: [VARCHAR],
    returnType: alias === undefined ? VARCHAR : DuckDBVarCharType.create(alias),
    mainFunction: (_, input, output) => {
      const texts = input.getColumnVector(0);
      for (let row = 0; row < input.rowCount; row += 1) {
        const text = texts.getItem(row) as string | null;
        output.setItem(row, text === null ? null : work(text));
      }
      output.flush();
    },
  });
}
