import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { addressOf } from '../account/address.js';
import { foundWorkspace } from '../account/founding.js';
import { hashOfPassword, keepPassword } from '../account/password.js';
import { ApiKeyService } from '../auth/api-key.service.js';
import { SignIn } from '../auth/sign-in.js';
import { Config } from '../config.js';
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
    private readonly config: Config,
  ) {}

  async setUp(wanted: SetUp): Promise<{ workspace: string; signInLink: string; apiKey: string }> {
    const email = addressOf(wanted.email);
    const password = wanted.password && (await hashOfPassword(wanted.password, this.config));
    const workspaceId = await this.database.system.$transaction(async (tx) => {
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
}

async function workspaceNamed(tx: Transaction, name: string): Promise<string> {
  const made = await foundWorkspace(tx, name);
  if (made !== undefined) return made;
  const { id } = await tx.workspace.findUniqueOrThrow({ where: { name } });
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
