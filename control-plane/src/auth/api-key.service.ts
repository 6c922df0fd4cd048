import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { Clock } from '../clock.js';
import { Database } from '../database/database.js';
import type { CreateApiKeyInput, CreateApiKeyPayload } from './api-key.model.js';
import type { Caller } from './caller.js';
import { hashOfToken, makeToken } from './token.js';

/** A key that is used all the time is written down as used once a minute. */
const usedAgainAfterMs = 60_000;

@Injectable()
export class ApiKeyService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async create({ workspaceId }: Caller, input: CreateApiKeyInput): Promise<CreateApiKeyPayload> {
    const name = input.name.trim();
    if (!/^\S.{0,99}$/u.test(name))
      throw new AppError('key.bad_name', 'Give the key a name of 1 to 100 characters.');
    const { token, hash } = makeToken('dbk');
    const data = { workspaceId, name, hash, expiresAt: input.expiresAt ?? null };
    const [made] = await this.database.apiKey.createManyAndReturn({
      data: [data],
      skipDuplicates: true,
    });
    if (!made)
      throw new AppError('key.name_taken', `There is a key named "${name}". Choose another name.`);
    return { id: made.id, key: token };
  }

  /** For the command that sets a workspace up: the former key of that name stops to work. */
  async replace(workspaceId: string, name: string): Promise<string> {
    const { token, hash } = makeToken('dbk');
    await this.database.apiKey.upsert({
      where: { workspaceId_name: { workspaceId, name } },
      create: { workspaceId, name, hash },
      update: { hash },
    });
    return token;
  }

  async callerOf(token: string): Promise<Caller | undefined> {
    const key = await this.database.apiKey.findUnique({ where: { hash: hashOfToken(token) } });
    const now = this.clock.now();
    if (!key || (key.expiresAt && key.expiresAt <= now)) return undefined;
    if (!key.lastUsedAt || now.getTime() - key.lastUsedAt.getTime() > usedAgainAfterMs)
      await this.database.apiKey.update({ where: { id: key.id }, data: { lastUsedAt: now } });
    return { workspaceId: key.workspaceId, role: 'owner', name: key.name, email: null, by: 'key' };
  }
}
