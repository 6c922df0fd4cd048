import { readFile, readdir } from 'node:fs/promises';
import { encodeAgentFrame } from '@drawbridge/proto';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { catalogOf } from '../connector/catalog.js';
import { loadRegistry } from '../connector/registry.js';

// Every code that the agent throws. A new one needs advice: in a list of this folder, or with its connector. What is
// thrown under a name that is put together is spelled out in `families`.
const root = new URL('../', import.meta.url);

/** `new Failure(kind, code, …)` where the code is no text of its own: what it can become. */
const families: Readonly<Record<string, readonly string[]>> = {
  'guard.${change}': ['guard.added', 'guard.changed', 'guard.removed'],
  '${side}.tls_failed': ['source.tls_failed', 'destination.tls_failed'],
  '${side}.unreachable': ['source.unreachable', 'destination.unreachable'],
  '${side}.${cut}': ['source.cut', 'destination.no_answer', 'destination.unreachable'],
  '${side}.${what}': ['source', 'destination'].flatMap((side) =>
    // What an SQLSTATE can mean; a query is never refused for being busy with anything else.
    ['unreachable', 'busy', 'auth_failed', 'forbidden', 'invalid', 'rejected', 'cancelled'].map(
      (what) => `${side}.${what}`,
    ),
  ),
  // The same, and what a warehouse can lack.
  'source.${what}':
    `unreachable busy auth_failed forbidden invalid rejected cancelled no_warehouse quota`
      .split(' ')
      .map((what) => `source.${what}`),
};

/**
 * Said by the agent itself, at its start or in its log, with the whole text: no control plane shows them. So is all that
 * `session/` throws, of a line or a lease that is lost, and what the doctor says at the agent's command line.
 */
const neverShown: Readonly<Record<string, string>> = {
  config: 'the agent does not start',
  log: 'told to who asks the logs at the agent’s command line',
  registry: 'the agent does not start',
  'job.no_room': 'another agent gets the job',
};

/** Not thrown: put in place of what must not be told. */
const substitutes = ['internal.bad_code', 'delivery.more_errors'];

async function sources(): Promise<ts.SourceFile[]> {
  const names = await readdir(root, { recursive: true });
  const own = names.filter(
    (name) =>
      name.endsWith('.ts') && !/\.test\.ts$|\.d\.ts$|^(testing|session|doctor)\//.test(name),
  );
  return Promise.all(
    own.map(async (name) =>
      ts.createSourceFile(
        name,
        await readFile(new URL(name, root), 'utf8'),
        ts.ScriptTarget.Latest,
      ),
    ),
  );
}

/** The codes that a file throws: the second argument of each Failure, however it comes by it. */
function codesIn(file: ts.SourceFile): string[] {
  const codes: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && node.expression.getText(file) === 'Failure')
      codes.push(...codesOf(node.arguments?.[1], file));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return codes;
}

function codesOf(node: ts.Expression | undefined, file: ts.SourceFile): string[] {
  if (node && ts.isStringLiteral(node)) return [node.text];
  if (node && ts.isConditionalExpression(node))
    return [node.whenTrue, node.whenFalse].flatMap((branch) => codesOf(branch, file));
  if (node && ts.isTemplateExpression(node)) {
    const family = families[node.getText(file).slice(1, -1)];
    if (family) return [...family];
  }
  const value = node && ts.isIdentifier(node) ? valueOf(node.text, file) : undefined;
  if (value) return codesOf(value, file);
  throw new Error(
    `${file.fileName}: spell out what ${node?.getText(file)} can become in \`families\` of this test.`,
  );
}

/** The one constant of that name in the file. */
function valueOf(name: string, file: ts.SourceFile): ts.Expression | undefined {
  let value: ts.Expression | undefined;
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.name.getText(file) === name)
      value = node.initializer;
    ts.forEachChild(node, visit);
  };
  visit(file);
  return value;
}

function isShown(code: string): boolean {
  const [room = ''] = code.split('.');
  return !(code in neverShown) && !(room in neverShown);
}

describe('advice', async () => {
  const { advice } = catalogOf(await loadRegistry());
  const thrown = [...new Set((await sources()).flatMap(codesIn))].toSorted();
  const advised = new Set(
    advice.filter(({ vendorCode }) => vendorCode === '').map(({ code }) => code),
  );

  it('is there for every code that a person can meet', () => {
    expect(thrown.length).toBeGreaterThan(70);
    const without = [...thrown, ...substitutes].filter(
      (code) => isShown(code) && !advised.has(code),
    );
    expect(without, 'codes that need an entry in agent/src/advice or with their connector').toEqual(
      [],
    );
  });

  it('is for codes that exist, and once for each', () => {
    const known = new Set([...thrown, ...substitutes]);
    expect([...advised].filter((code) => !known.has(code))).toEqual([]);
    expect(
      Object.keys(neverShown).filter(
        (code) => !thrown.some((one) => one === code || one.startsWith(`${code}.`)),
      ),
    ).toEqual([]);
    const places = advice.map(({ code, vendorCode }) => `${code} ${vendorCode}`);
    expect(places.filter((place, n) => places.indexOf(place) !== n)).toEqual([]);
  });

  it('says what to do, in whole sentences, and fits the wire', () => {
    for (const { code, title, advice: text } of advice) {
      expect({ code, title }).toEqual({ code, title: expect.stringMatching(/^[A-Za-z].*[^.]$/) });
      expect({ code, text }).toEqual({ code, text: expect.stringMatching(/^[A-Z`].{20,}[.]$/s) });
    }
    const frame = encodeAgentFrame({ seq: 1n, body: { case: 'catalog', value: { advice } } });
    expect(frame.kind).toBe('bytes');
  });

  it('names only options of `drawbridge run` that there are', () => {
    const named = advice.flatMap(({ advice: text }) => text.match(/--[a-z-]+/g) ?? []);
    const there =
      '--dry-run --full --rebaseline --verify --wait --canary --only --undo --accept-types --backfill --from-now-on';
    expect(named.filter((option) => !there.split(' ').includes(option))).toEqual([]);
    expect(named).not.toEqual([]);
  });
});
