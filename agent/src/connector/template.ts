import { Liquid } from 'liquidjs';
import { Failure } from '../failure.js';
import type { JsonRecord } from './destination.js';

/** A strict Liquid template: an unknown variable or filter is an error, and it can read nothing but its record. */
export interface Template {
  /** Top-level names that it reads. */
  readonly variables: readonly string[];
  /** Throws REJECTED `record.template_failed` when this record can't be rendered. */
  render(record: JsonRecord): string;
}

const maxOutputBytes = 1 << 20;

/** Makes what a template inserts fit where it is inserted; throws a Failure for what must not be. */
export type Insert = (value: unknown) => string;

const plain = makeEngine();

/** Parses once; a template that can't be parsed is CONFIG `mapping.bad_template`. */
export function compileTemplate(text: string): Template {
  return compile(text, plain);
}

/** For templates whose every inserted value passes through `insert`, with no filter to get around it. */
export function makeCompiler(insert: Insert): (text: string) => Template {
  const engine = makeEngine({ outputEscape: insert });
  delete engine.filters['raw'];
  return (text) => compile(text, engine);
}

function makeEngine(options: { outputEscape?: Insert } = {}): Liquid {
  const engine = new Liquid({
    ...options,
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    // A row may not cost the agent its time or memory: milliseconds, and units of work and allocation.
    renderLimit: 1_000,
    memoryLimit: 10_000_000,
  });
  // A template reads its record and nothing else.
  for (const tag of ['include', 'render', 'layout', 'block']) delete engine.tags[tag];
  return engine;
}

function compile(text: string, engine: Liquid): Template {
  const parsed = parse(text, engine);
  return {
    variables: variablesOf(text),
    render: (record) => {
      try {
        return limited(String(engine.renderSync(parsed, record)));
      } catch (error) {
        throw failureOfRendering(error);
      }
    },
  };
}

function failureOfRendering(error: unknown): Failure {
  if (error instanceof Failure) return error;
  // Liquid wraps what an insertion throws.
  const { originalError } = error as { originalError?: unknown };
  if (originalError instanceof Failure) return originalError;
  return new Failure(
    'REJECTED',
    'record.template_failed',
    'The template can not be rendered for this row.',
    { detail: error instanceof Error ? error.message : String(error) },
  );
}

function parse(text: string, engine: Liquid) {
  try {
    return engine.parse(text);
  } catch (error) {
    throw new Failure(
      'CONFIG',
      'mapping.bad_template',
      'A template of the mapping is not valid Liquid.',
      {
        detail: error instanceof Error ? error.message : String(error),
      },
    );
  }
}

function variablesOf(text: string): string[] {
  return [...new Set(plain.globalVariablesSync(text).map(String))];
}

function limited(output: string): string {
  if (output.length > maxOutputBytes)
    throw new Failure(
      'REJECTED',
      'record.template_too_long',
      'The template made more than 1 MiB of text.',
    );
  return output;
}
