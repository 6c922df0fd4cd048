import { Failure } from '../../failure.js';

/** What names are made of, for one attempt at a run. */
export interface RunName {
  syncName: string;
  startedAt: Date;
  /** Of the run and the attempt at it. */
  attempt: string;
}

type Part = { text: string } | { of: string };

/**
 * A name with parts in braces: `{YYYY}`, `{MM}`, `{DD}`, `{HH}`, `{mm}`, `{ss}` of the run's start in UTC, `{run}`,
 * `{sync}`, and in a file's name `{operation}` and `{part}`.
 */
export type Name = readonly Part[];

const ofRun: Record<string, (run: RunName) => string> = {
  YYYY: ({ startedAt }) => startedAt.toISOString().slice(0, 4),
  MM: ({ startedAt }) => startedAt.toISOString().slice(5, 7),
  DD: ({ startedAt }) => startedAt.toISOString().slice(8, 10),
  HH: ({ startedAt }) => startedAt.toISOString().slice(11, 13),
  mm: ({ startedAt }) => startedAt.toISOString().slice(14, 16),
  ss: ({ startedAt }) => startedAt.toISOString().slice(17, 19),
  run: ({ attempt }) => attempt,
  sync: ({ syncName }) => syncName.replaceAll(/[^A-Za-z0-9._-]+/g, '-'),
};
const ofFile = ['operation', 'part'];

/** Characters that need no care anywhere. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html (read 2026-11) */
const plain = /^[A-Za-z0-9!_.*'()=/-]*$/;

/** Below what the agents keep their own state in; see agent/src/store/README.md. */
const ownState = /(^|\/)v1\/ws=/;

/** S3 takes 1,024 bytes; what stands behind the folder is short. */
const longestFolder = 900;

/** An empty part of a path, or one that programs take for a step up. */
const badPart = /(^|\/)\.{0,2}(\/|$)/;

/**
 * The folder of a run's files. It names the run, in a last part of its own unless it has `{run}`, so that no two runs or
 * attempts ever share one: whoever finds `_SUCCESS` in it finds nothing there that will change.
 */
export function readFolder(template: string): Name {
  const name = readName(template, Object.keys(ofRun));
  return has(name, 'run') ? name : [...name, { text: '/' }, { of: 'run' }];
}

/** A file's name below the folder, without its ending. */
export function readFile(template: string): Name {
  const name = readName(template, [...Object.keys(ofRun), ...ofFile]);
  if (!ofFile.every((each) => has(name, each)))
    throw badName('The name of a file has to contain {operation} and {part}.');
  if (badPart.test(template)) throw badName(noBadPart);
  return name;
}

/** Without slashes at its ends. */
export function folderOf(name: Name, run: RunName, prefix: string): string {
  const folder = `${prefix ? `${prefix}/` : ''}${render(name, run, {})}`;
  if (badPart.test(folder)) throw badName(noBadPart);
  if (!plain.test(folder)) throw badName(plainAlone);
  if (folder.length > longestFolder)
    throw badName(`The folder has more than ${longestFolder} characters.`);
  if (ownState.test(`${folder}/`))
    throw new Failure(
      'CONFIG',
      'destination.own_state',
      'The folder lies where agents keep what they remember. Choose another one.',
    );
  return folder;
}

export function render(name: Name, run: RunName, file: Readonly<Record<string, string>>): string {
  return name
    .map((part) => ('text' in part ? part.text : (file[part.of] ?? ofRun[part.of]?.(run) ?? '')))
    .join('');
}

const noBadPart =
  'A name has no slash at its ends, no empty part, and no part that is a dot or two.';
const plainAlone = `Names are made of letters, digits and ! _ . * ' ( ) = / - alone.`;

const has = (name: Name, wanted: string): boolean =>
  name.some((part) => 'of' in part && part.of === wanted);

function readName(template: string, known: readonly string[]): Name {
  const parts = template.split(/(\{[^{}]*\})/).filter((part) => part !== '');
  return parts.map((part) => {
    const [, of] = /^\{([^{}]*)\}$/.exec(part) ?? [];
    if (of !== undefined && known.includes(of)) return { of };
    if (of !== undefined)
      throw badName(
        `{${of}} is not known here. There are ${known.map((each) => `{${each}}`).join(', ')}.`,
      );
    if (!plain.test(part)) throw badName(plainAlone);
    return { text: part };
  });
}

function badName(message: string): Failure {
  return new Failure('CONFIG', 'destination.bad_folder', message);
}
