import { describe, expect, it } from 'vitest';
import { partsOf, statementsOf, tokensOf } from './tokens.js';

const told = (sql: string): string[] => tokensOf(sql).map(({ kind, text }) => `${kind}:${text}`);

describe('words of Snowflake', () => {
  it('are folded unless they are quoted', () => {
    expect(told('select a, "b""c" from T')).toEqual([
      'word:SELECT',
      'word:A',
      'mark:,',
      'name:b"c',
      'word:FROM',
      'word:T',
    ]);
  });

  it('are texts without their escapes', () => {
    expect(told(String.raw`'it''s' 'a\'b\n' $$it's \n$$`)).toEqual([
      "text:it's",
      "text:a'b\n",
      String.raw`text:it's \n`,
    ]);
  });

  it('leave comments out, and keep what looks like one in a text', () => {
    expect(told(`1 -- one\n /* two */ '--' // three\n 2.5e-3`)).toEqual([
      'number:1',
      'text:--',
      'number:2.5e-3',
    ]);
  });

  it('are parted where no parenthesis is open', () => {
    expect(partsOf(tokensOf('f(a, b), c'), ',').map((part) => part.length)).toEqual([6, 1]);
    expect(statementsOf(tokensOf(`select ';'; ; select 2;`))).toHaveLength(2);
  });

  it('refuses a text that does not end', () => {
    expect(() => tokensOf(`select\n 'abc`)).toThrow(
      "syntax error line 2 at position 1 unexpected ''abc'",
    );
  });
});
