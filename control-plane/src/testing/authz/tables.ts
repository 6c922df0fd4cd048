import type { GraphQLSchema } from 'graphql';
import { may, roles } from '../../auth/role.js';
import { rootRules, typeRules } from './field-rules.js';
import { objectTypesOf, rootFieldsOf, typesWithin, type RootField } from './root-field.js';

/** What the tables leave out, name in vain, or contradict; one line each. */
export function gapsOf(schema: GraphQLSchema): string[] {
  const fields = rootFieldsOf(schema);
  const types = objectTypesOf(schema).map(({ name }) => name);
  const names = fields.map(({ name }) => name);
  return [
    ...names.filter((name) => !rootRules[name]).map((name) => `${name}: no rule names it`),
    ...types.filter((name) => !typeRules[name]).map((name) => `${name}.*: no rule names it`),
    ...Object.keys(rootRules)
      .filter((name) => !names.includes(name))
      .map((name) => `${name}: a rule names it and the schema does not`),
    ...Object.keys(typeRules)
      .filter((name) => !types.includes(name))
      .map((name) => `${name}.*: a rule names it and the schema does not`),
    ...fields.flatMap(contradictions),
  ];
}

/** Who may ask the field and may not see what it leads to. */
function contradictions(root: RootField): string[] {
  const rule = rootRules[root.name];
  if (!rule) return [];
  return typesWithin(root).flatMap(({ name }) => {
    const inner = typeRules[name];
    return roles
      .filter((role) => inner && may(role, rule) && !may(role, inner))
      .map((role) => `${root.name}: leads a ${role} to ${name}.*, which needs ${inner ?? ''}`);
  });
}

/** Fields of the roots and of every type below them. */
export const countFields = (schema: GraphQLSchema): number =>
  rootFieldsOf(schema).length +
  objectTypesOf(schema).reduce((sum, type) => sum + Object.keys(type.getFields()).length, 0);
