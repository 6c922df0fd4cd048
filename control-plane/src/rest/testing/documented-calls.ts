import { Ajv2020 } from 'ajv/dist/2020.js';

export interface OpenApi {
  paths: Record<string, Record<string, { responses: Record<string, Documented> }>>;
  components: object;
}
interface Documented {
  content: Record<string, { schema: object }>;
}

/** Whatever is answered: a run, some runs, or a problem. */
export interface Shown {
  id: string;
  sync: string;
  state: string;
  isOver: boolean;
  runs: Shown[];
  code: string;
  errors: { pointer: string; detail: string; code?: string }[];
}

export interface Call {
  headers?: Record<string, string>;
  body?: unknown;
}

export interface Answered {
  status: number;
  headers: Headers;
  answer: Shown;
}

const ajv = new Ajv2020({ strict: false, validateFormats: false });

/** Asks over HTTP, and holds whatever is answered against the document that the server itself serves. */
export class DocumentedCalls {
  private constructor(
    private readonly url: string,
    readonly document: OpenApi,
  ) {}

  static async of(origin: string): Promise<DocumentedCalls> {
    const url = `${origin}/api/v1`;
    const response = await fetch(`${url}/openapi.json`);
    return new DocumentedCalls(url, (await response.json()) as OpenApi);
  }

  async call(
    method: 'get' | 'post',
    path: string,
    { headers = {}, body }: Call = {},
  ): Promise<Answered> {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(this.url + path, {
      method,
      headers: { ...type, ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Shown;
    const schema = this.schemaOf(method, path, response);
    if (!ajv.validate(schema, answer)) throw new Error(`Not as documented: ${ajv.errorsText()}`);
    return { status: response.status, headers: response.headers, answer };
  }

  private schemaOf(method: string, path: string, { status, headers }: Response): object {
    const [plain = ''] = path.split('?');
    const [type = ''] = (headers.get('content-type') ?? '').split(';');
    const { paths, components } = this.document;
    const template = Object.keys(paths).find((one) =>
      new RegExp(`^${one.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(plain),
    );
    const schema = paths[template ?? '']?.[method]?.responses[status]?.content[type]?.schema;
    if (!schema) throw new Error(`The document has no ${status} ${type} of ${method} ${path}.`);
    return { ...schema, components };
  }
}
