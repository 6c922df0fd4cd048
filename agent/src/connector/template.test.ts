import { expect, it } from 'vitest';
import { compileTemplate } from './template.js';

it('names what it reads and renders a record', () => {
  const template = compileTemplate('{% if plan == "pro" %}{{ name | upcase }}{% endif %}');
  expect(template.variables.toSorted()).toEqual(['name', 'plan']);
  expect(template.render({ plan: 'pro', name: 'ada' })).toBe('ADA');
});

it('refuses an unknown name or filter rather than printing nothing', () => {
  expect(() => compileTemplate('{{ nmae }}').render({ name: 'ada' })).toThrow(
    expect.objectContaining({ kind: 'REJECTED', code: 'record.template_failed' }),
  );
  for (const text of ['{{ name | shout }}', '{% include "x" %}', '{{ name '])
    expect(() => compileTemplate(text).render({ name: 'ada' })).toThrow(
      expect.objectContaining({ name: 'Failure' }),
    );
});

it('says nothing of the record in its message', () => {
  try {
    compileTemplate('{{ name | date: x.y }}').render({ name: 'secret-value' });
    expect.unreachable();
  } catch (error) {
    expect((error as Error).message).not.toContain('secret-value');
  }
});
