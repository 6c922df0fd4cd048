// Writes the public API as control-plane/schema.graphql, which is committed and reviewed as a diff.
import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import { schemaFile, schemaText } from './schema-text.js';

await writeFile(schemaFile, await schemaText());
