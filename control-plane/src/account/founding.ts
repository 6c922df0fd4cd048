import { randomUUID } from 'node:crypto';
import { AppError } from '../app-error.js';
import type { Transaction } from '../database/database.js';

/** What people call themselves, and workspaces and keys. */
export const isName = (text: string): boolean => /^\S.{0,99}$/u.test(text);

/** With its first pool; undefined when there is one of that name. Throws AppError `workspace.bad_name`. */
export async function foundWorkspace(tx: Transaction, name: string): Promise<string | undefined> {
  if (!isName(name))
    throw new AppError('workspace.bad_name', 'Name the workspace with 1 to 100 characters.');
  const [made] = await tx.workspace.createManyAndReturn({ data: [{ name }], skipDuplicates: true });
  if (made) await tx.pool.create({ data: { workspaceId: made.id, name: 'default' } });
  return made?.id;
}

/** Of somebody who has shown that the address is theirs; undefined when it has an account. */
export async function makePerson(
  tx: Transaction,
  { email, name }: { email: string; name: string },
): Promise<string | undefined> {
  if (!isName(name))
    throw new AppError('account.bad_name', 'Give your name, with 1 to 100 characters.');
  const data = { id: randomUUID(), email, name, emailVerified: true };
  const [made] = await tx.user.createManyAndReturn({ data: [data], skipDuplicates: true });
  return made?.id;
}

export const nameTaken = (name: string): AppError =>
  new AppError(
    'workspace.name_taken',
    `There is a workspace named "${name}". Choose another name.`,
  );
