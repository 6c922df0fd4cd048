import {
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  isObjectType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import type { TestApp, Workspace } from '../test-app.js';

export interface RootField {
  kind: 'query' | 'mutation' | 'subscription';
  /** As the table names it: `Query.runs`. */
  name: string;
  field: GraphQLField<unknown, unknown>;
}

/** The schema as the server tells it, not as a file has it. */
export async function schemaOf(test: TestApp, as: Workspace): Promise<GraphQLSchema> {
  const { data } = await test.ask<IntrospectionQuery>(as, getIntrospectionQuery());
  if (!data) throw new Error('The server does not tell its schema.');
  return buildClientSchema(data);
}

export function rootFieldsOf(schema: GraphQLSchema): RootField[] {
  const roots = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  };
  return (['query', 'mutation', 'subscription'] as const).flatMap((kind) =>
    Object.values(roots[kind]?.getFields() ?? {}).map((field) => ({
      kind,
      name: `${roots[kind]?.name ?? ''}.${field.name}`,
      field,
    })),
  );
}

/** The types of answers, without the three roots. */
export function objectTypesOf(schema: GraphQLSchema): GraphQLObjectType[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type))
    .filter((type) => !type.name.startsWith('__') && !roots.includes(type));
}

/** Every type that an answer of the field can hold, on whatever way. */
export function typesWithin({ field }: RootField): GraphQLObjectType[] {
  const found = new Set<GraphQLObjectType>();
  const visit = (type: GraphQLObjectType): void => {
    if (found.has(type)) return;
    found.add(type);
    for (const inner of Object.values(type.getFields())) {
      const named = getNamedType(inner.type);
      if (isObjectType(named)) visit(named);
    }
  };
  const named = getNamedType(field.type);
  if (isObjectType(named)) visit(named);
  return [...found];
}
