import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { Kind, parse, print, visit, type ASTNode, type DocumentNode } from 'graphql';
import { AppError } from '../app-error.js';

/** The documents that a browser may send: those of the UI, and no others. */
export class ListedDocuments {
  private readonly digests: ReadonlySet<string>;
  /** Of documents that were parsed once and come again. */
  private readonly known = new WeakMap<DocumentNode, boolean>();

  constructor(texts: readonly string[]) {
    this.digests = new Set(texts.map((text) => digestOf(parse(text))));
  }

  /** From the file that is made with the UI; undefined when it was not built, and whoever works on it serves it himself. */
  static read(file: string): ListedDocuments | undefined {
    if (!existsSync(file)) return undefined;
    const byHash = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    return new ListedDocuments(Object.values(byHash));
  }

  /** Throws AppError `graphql.unlisted`. */
  check(document: DocumentNode): void {
    const isListed = this.known.get(document) ?? this.digests.has(digestOf(document));
    this.known.set(document, isListed);
    if (!isListed)
      throw new AppError(
        'graphql.unlisted',
        'With a browser session only the documents of the UI are answered. Use an API key for your own.',
      );
  }
}

/**
 * SHA-256 of what it asks, however it is laid out and in whatever order: the UI's build sorts what it lists. Clients add
 * `__typename` for their caches, which says nothing.
 */
function digestOf(document: DocumentNode): string {
  const bare = visit(document, {
    [Kind.FIELD]: {
      enter: ({ name }) => (name.value === '__typename' ? null : undefined),
      leave: (field) => ({ ...field, arguments: sorted(field.arguments) }),
    },
    [Kind.SELECTION_SET]: {
      leave: (set) => ({ ...set, selections: sorted(set.selections) }),
    },
    [Kind.OPERATION_DEFINITION]: {
      leave: (said) => ({ ...said, variableDefinitions: sorted(said.variableDefinitions) }),
    },
    [Kind.DOCUMENT]: {
      leave: (whole) => ({ ...whole, definitions: sorted(whole.definitions) }),
    },
  }) as DocumentNode;
  return createHash('sha256').update(print(bare)).digest('hex');
}

const sorted = <Node extends ASTNode>(nodes: readonly Node[] = []): Node[] =>
  nodes.toSorted((one, other) => (print(one) < print(other) ? -1 : 1));
