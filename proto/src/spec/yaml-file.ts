import {
  isAlias,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type ParsedNode,
  type YAMLError,
} from 'yaml';
import type { Section } from './entry.js';
import type { Place, SpecProblem } from './problem.js';

/** What is found while files are read; every problem, so that a person mends them in one go. */
export interface Draft {
  problems: SpecProblem[];
  /** Names that must be defined somewhere; looked up when every file has been read. */
  references: { section: Section; name: string; place: Place; path: readonly string[] }[];
  /** By path, as JSON. */
  places: Map<string, Place>;
  /** Of each name of a section, where it was defined first; by path, as JSON. */
  definitions: Map<string, Place>;
}

/** A node of a file, and the path that leads to it. */
export interface At {
  file: YamlFile;
  node: Node | null;
  /** The key under which the node stands. */
  key?: Node;
  path: readonly string[];
}

/** Aliases are followed this often in one file, so that a few lines can't unfold into gigabytes. */
const maxAliases = 1000;

export class YamlFile {
  readonly document: Document.Parsed<ParsedNode>;
  readonly #lines = new LineCounter();
  #aliases = 0;

  constructor(
    readonly path: string,
    readonly text: string,
    readonly draft: Draft,
  ) {
    this.document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      // Found by the readers, which can say where the first one stands.
      uniqueKeys: false,
    });
    [...this.document.errors, ...this.document.warnings].forEach((error) =>
      this.#reportSyntax(error),
    );
  }

  get isReadable(): boolean {
    return this.document.errors.length === 0;
  }

  /**
   * The same file with nobody to hear its further problems: after broken YAML most of them would be
   * echoes, but the names that it defines still count.
   */
  forNamesAlone(): YamlFile {
    return new YamlFile(this.path, this.text, {
      problems: [],
      references: [],
      places: this.draft.places,
      definitions: this.draft.definitions,
    });
  }

  /** The node itself, or what its alias stands for. */
  resolve(node: Node | null): Node | null {
    if (!isAlias(node)) return node;
    if (++this.#aliases > maxAliases) return null;
    return node.resolve(this.document) ?? null;
  }

  /** A problem with what stands at a place. */
  report(at: At, code: string, message: string): undefined {
    this.draft.problems.push({ ...this.placeOf(at), code, message, path: at.path });
  }

  /** A problem with something that was read inside what stands at a place. */
  reportInside(
    at: At,
    names: readonly string[],
    problem: { code: string; message: string },
  ): undefined {
    const path = [...at.path, ...names];
    const place = this.draft.places.get(JSON.stringify(path));
    this.draft.problems.push({ ...(place ?? this.placeOf(at)), ...problem, path });
  }

  /** The value of a scalar; the key of everything larger or absent. */
  placeOf({ node, key }: At): Place {
    const small = node && 'value' in node && node.range && node.range[1] > node.range[0];
    return this.#placeAt((small ? node : (key ?? node))?.range?.[0] ?? 0);
  }

  #placeAt(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.path, line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  #reportSyntax(error: YAMLError): void {
    const message = `This is not valid YAML: ${error.message}.`.replace(/\.\.$/, '.');
    const place = this.#placeAt(error.pos[0]);
    this.draft.problems.push({ ...place, code: 'spec.syntax', message, path: [] });
  }
}
