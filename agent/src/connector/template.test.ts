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
  const render = (): string =>
    compileTemplate('{{ name | date: x.y }}').render({ name: 'secret-value' });
  expect(render).toThrow('The template can not be rendered for this row.');
});

it('can be neither a loop without end nor a bomb', () => {
  for (const text of [
    '{% for a in (1..100000) %}{% for b in (1..100000) %}{{ a }}{% endfor %}{% endfor %}',
    '{% assign a = "0123456789" %}{% for n in (1..60) %}{% assign a = a | append: a %}{% endfor %}{{ a }}',
  ])
    expect(() => compileTemplate(text).render({})).toThrow(
      expect.objectContaining({ kind: 'REJECTED' }),
    );
});
