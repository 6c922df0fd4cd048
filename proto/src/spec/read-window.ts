import { isSeq } from 'yaml';
import { listOf, mapped, text, type Reader } from './reader.js';
import { windowOf } from './window.js';

/** Each is asked of every slot. */
const mostWindows = 20;

const one: Reader<string> = mapped(text, (written, at) => {
  if (windowOf(written)) return { value: written };
  const message =
    'A window is days, times or both, such as "Mon-Fri 08:00-18:00", "Sat,Sun", "22:00-06:00" or "2026-12-24..2026-12-26".';
  return at.file.report(at, 'spec.bad_window', message);
});

/** One window, or a list of them. */
export const windows: Reader<string[]> = (at) =>
  isSeq(at.file.resolve(at.node))
    ? mapped(listOf(one), (several) =>
        several.length > 0 && several.length <= mostWindows
          ? { value: several }
          : at.file.report(at, 'spec.bad_value', `Write 1 to ${mostWindows} windows.`),
      )(at)
    : mapped(one, (written) => ({ value: [written] }))(at);
