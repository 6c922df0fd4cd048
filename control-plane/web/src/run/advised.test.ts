import { expect, it } from 'vitest';
import { advisedWishes } from './advised.js';

it('finds the options of commands that an advice spells out, once and in order', () => {
  expect(
    advisedWishes(
      'Send every row with `drawbridge run SYNC --full`, or take them as sent with `drawbridge run SYNC --rebaseline`. Then `drawbridge run SYNC --full`.',
    ),
  ).toEqual(['full', 'rebaseline']);
  expect(advisedWishes('Say how many: `drawbridge run SYNC --canary 100`.')).toEqual(['canary']);
  expect(advisedWishes('Run `drawbridge run SYNC --only rejected` again.')).toEqual([
    'onlyRejected',
  ]);
});

it('takes no option that is only spoken of, is unknown, or is of another command', () => {
  expect(
    advisedWishes('`--canary` and `--full` exclude each other. Leave one of them out.'),
  ).toEqual([]);
  expect(advisedWishes('`drawbridge run SYNC --undo RUN`, `drawbridge run SYNC --fuller`')).toEqual(
    [],
  );
  expect(advisedWishes('`drawbridge apply DIR --full`, drawbridge run SYNC --full')).toEqual([]);
});
