import { fileURLToPath } from 'node:url';
import { NestFactory } from '@nestjs/core';
import { GraphQLSchemaBuilderModule, GraphQLSchemaFactory } from '@nestjs/graphql';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { rooms } from './app.module.js';

export const schemaFile = fileURLToPath(new URL('../schema.graphql', import.meta.url));

const head =
  '# Made from the code by `npm run schema -w @drawbridge/control-plane`; do not edit.\n\n';

/** The public API as SDL. Needs no database: resolvers are read, not made. */
export async function schemaText(): Promise<string> {
  const app = await NestFactory.createApplicationContext(GraphQLSchemaBuilderModule, {
    logger: false,
  });
  try {
    const schema = await app.get(GraphQLSchemaFactory).create(resolversIn(rooms));
    return `${head}${printSchema(lexicographicSortSchema(schema))}\n`;
  } finally {
    await app.close();
  }
}

/** Providers whose names say so; the guard and the tests hold them to it. */
const resolversIn = (modules: readonly object[]): Function[] =>
  modules
    .flatMap((module) => (Reflect.getMetadata('providers', module) ?? []) as unknown[])
    .filter((provider): provider is Function => typeof provider === 'function')
    .filter(({ name }) => name.endsWith('Resolver'));
