import type { Section } from './entry.js';
import { didYouMean } from './near-name.js';
import { mapped, text, type Reader } from './reader.js';
import type { Draft } from './yaml-file.js';

/** A name that must be defined in a section, in whichever file. */
export function referenceTo(section: Section): Reader<string> {
  return mapped(text, (name, at) => {
    at.file.draft.references.push({ section, name, place: at.file.placeOf(at), path: at.path });
    return { value: name };
  });
}

/** A name is guessed for so many; each is compared with all that are defined, and thousands with thousands take minutes. */
const mostGuessed = 50;

/** A name counts as defined even when what it names has problems of its own: one mistake, one problem. */
export function checkReferences(draft: Draft, defined: Record<Section, ReadonlySet<string>>): void {
  let unknown = 0;
  for (const { section, name, place, path } of draft.references) {
    if (defined[section].has(name)) continue;
    const message = `There is no "${name}" under ${section}. Define it there, or correct the name.`;
    unknown += 1;
    const near = unknown > mostGuessed ? '' : didYouMean(name, defined[section]);
    draft.problems.push({
      ...place,
      code: 'spec.unknown_reference',
      message: message + near,
      path,
    });
  }
}
