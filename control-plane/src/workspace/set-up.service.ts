import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { ApiKeyService } from '../auth/api-key.service.js';
import { SignIn } from '../auth/sign-in.js';
import { Database, type Transaction } from '../database/database.js';

export interface SetUp {
  workspace: string;
  email: string;
  password?: string;
}

/** A workspace with its owner, its first pool, and a way in. Doing it again changes nothing but the key and the link. */
@Injectable()
export class SetUpService {
  constructor(
    private readonly database: Database,
    private readonly signIn: SignIn,
    private readonly keys: ApiKeyService,
  ) {}

  async setUp(wanted: SetUp): Promise<{ workspace: string; signInLink: string; apiKey: string }> {
    const email = wanted.email.trim().toLowerCase();
    if (!/^[^@\s]+@[^@\s]+$/.test(email))
      throw new AppError(
        'setup.bad_email',
        'Give the owner an e-mail address: --email you@example.com',
      );
    if (!/^\S.{0,99}$/u.test(wanted.workspace))
      throw new AppError('setup.bad_name', 'Name the workspace with 1 to 100 characters.');
    const password = wanted.password && (await this.passwordHash(wanted.password));
    const workspaceId = await this.database.$transaction(async (tx) => {
      const workspace = await workspaceNamed(tx, wanted.workspace);
      const userId = await ownerOf(tx, workspace, email);
      if (password) await keepPassword(tx, userId, password);
      return workspace;
    });
    return {
      workspace: wanted.workspace,
      signInLink: await this.signIn.makeLink(email),
      apiKey: await this.keys.replace(workspaceId, 'setup'),
    };
  }

  private passwordHash(password: string): Promise<string> {
    if (password.length < 12)
      throw new AppError('setup.short_password', 'The password must have 12 characters or more.');
    return this.signIn.hashOfPassword(password);
  }
}

async function workspaceNamed(tx: Transaction, name: string): Promise<string> {
  const { id } = await tx.workspace.upsert({ where: { name }, create: { name }, update: {} });
  await tx.pool.upsert({
    where: { workspaceId_name: { workspaceId: id, name: 'default' } },
    create: { workspaceId: id, name: 'default' },
    update: {},
  });
  return id;
}

async function ownerOf(tx: Transaction, workspaceId: string, email: string): Promise<string> {
  const { id: userId } = await tx.user.upsert({
    where: { email },
    create: { id: randomUUID(), email, name: email.split('@')[0] ?? email, emailVerified: true },
    update: {},
  });
  const member = { workspaceId, userId };
  await tx.member.upsert({
    where: { workspaceId_userId: member },
    create: { ...member, role: 'owner' },
    update: {},
  });
  return userId;
}

/** The row that the sign-in library itself would write for a password. */
async function keepPassword(tx: Transaction, userId: string, password: string): Promise<void> {
  const account = { userId, providerId: 'credential', accountId: userId };
  const { count } = await tx.account.updateMany({ where: account, data: { password } });
  if (count === 0) await tx.account.create({ data: { id: randomUUID(), ...account, password } });
}
