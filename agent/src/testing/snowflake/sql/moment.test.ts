import { describe, expect, it } from 'vitest';
import { dayText, localText, offsetText, timeText } from './moment.js';

describe('a moment in a text', () => {
  it.each([
    ['2020-01-02', '2020-01-02 00:00:00.000000', ''],
    ['2020-1-2 3:04', '2020-01-02 03:04:00.000000', ''],
    ['2020-01-02T03:04:05.123456789Z', '2020-01-02 03:04:05.123456', '0'],
    ['2020-01-02 03:04:05 -0830', '2020-01-02 03:04:05.000000', '-510'],
    ['2020-01-02 03:04:05+02', '2020-01-02 03:04:05.000000', '120'],
    ['Thu, 21 Jan 2016 06:32:44 -0800', '2016-01-21 06:32:44.000000', '-480'],
    ['01/31/2020', '2020-01-31 00:00:00.000000', ''],
    ['31-DEC-1969', '1969-12-31 00:00:00.000000', ''],
    ['-1', '1969-12-31 23:59:59.000000', '0'],
    ['1700000000000', '2023-11-14 22:13:20.000000', '0'],
  ])('%s', (text, local, offset) => {
    expect([localText(text), offsetText(text)]).toEqual([local, offset]);
  });

  it('is refused with the code of its kind where there is none', () => {
    expect(() => localText('soon')).toThrow("100035/22007/Timestamp 'soon' is not recognized");
    expect(() => dayText('2020-13')).toThrow('100040/22007');
    expect(() => timeText('noon')).toThrow('100108/22007');
  });

  it('can be a time of day alone', () => {
    expect(timeText('12:34:56.789789789')).toBe('12:34:56.789789');
    expect(timeText('1:05 pm')).toBe('13:05:00.000000');
  });
});
