import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService, systemOf } from '../audit/audit.service.js';
import { Clock } from '../clock.js';
import { Database } from '../database/database.js';
import { Notices } from '../database/notices.js';
import { isUuid } from '../database/uuid.js';
import { pageByName } from '../page/page-by-name.js';
import type { Page, PageRequest } from '../page/page.js';
import type { ApiKey, CreateApiKeyInput, CreateApiKeyPayload } from './api-key.model.js';
import type { Caller } from './caller.js';
import { isWithin, lesserOf, roleOf, roles, type Role } from './role.js';
import { hashOfToken, makeToken } from '../account/token.js';

/** A key that is used all the time is written down as used once a minute. */
const usedAgainAfterMs = 60_000;

/** What people may see of a key: not even its hash. */
const shown = {
  id: true,
  name: true,
  role: true,
  prefix: true,
  makerId: true,
  createdAt: true,
  lastUsedAt: true,
  expiresAt: true,
} as const;

type KeyRow = { role: string; workspaceId: string; makerId: string | null };

@Injectable()
export class ApiKeyService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly notices: Notices,
  ) {}

  /** By name. */
  page({ workspaceId }: Caller, request: PageRequest): Promise<Page<ApiKey>> {
    return pageByName(request, async ({ where, ...range }) => {
      const keys = await this.database
        .of(workspaceId)
        .apiKey.findMany({ where: { workspaceId, ...where }, ...range, select: shown });
      return this.withMakers(workspaceId, keys);
    });
  }

  async create(caller: Caller, input: CreateApiKeyInput): Promise<CreateApiKeyPayload> {
    const { workspaceId } = caller;
    const name = input.name.trim();
    if (!/^\S.{0,99}$/u.test(name))
      throw new AppError('key.bad_name', 'Give the key a name of 1 to 100 characters.');
    const role = roleWithin(caller, input.role ?? caller.role);
    assertNotOutlived(caller, input.expiresAt ?? null);
    const { token, hash } = makeToken('dbk');
    const makerId = (caller.by === 'session' ? caller.actorId : caller.makerId) ?? null;
    const expiresAt = input.expiresAt ?? null;
    const prefix = prefixOf(token);
    const data = { workspaceId, name, role, makerId, hash, prefix, expiresAt };
    const made = await this.database.of(workspaceId).$transaction(async (tx) => {
      const [key] = await tx.apiKey.createManyAndReturn({ data: [data], skipDuplicates: true });
      if (!key) return undefined;
      await AuditService.record(tx, caller, {
        action: 'key.create',
        subject: { kind: 'key', id: key.id, name },
        after: { name, role, expiresAt: data.expiresAt },
      });
      return key;
    });
    if (!made)
      throw new AppError('key.name_taken', `There is a key named "${name}". Choose another name.`);
    return { id: made.id, key: token };
  }

  /** At once and for good; its name is free again. */
  async revoke(caller: Caller, id: string): Promise<ApiKey> {
    const where = { id, workspaceId: caller.workspaceId };
    const key =
      isUuid(id) &&
      (await this.database.of(caller.workspaceId).apiKey.findFirst({ where, select: shown }));
    // Of two who revoke it together one comes too late, and it is gone all the same.
    if (!key) throw new AppError('key.not_found', 'There is no such API key.');
    assertNotAbove(caller, key.role);
    await this.database.of(caller.workspaceId).$transaction(async (tx) => {
      const { count } = await tx.apiKey.deleteMany({ where });
      if (count === 0) return;
      await AuditService.record(tx, caller, {
        action: 'key.revoke',
        subject: { kind: 'key', id, name: key.name },
        before: { name: key.name, role: key.role, expiresAt: key.expiresAt },
      });
    });
    await this.notices.publish({ kind: 'access_changed' });
    const [revoked] = await this.withMakers(caller.workspaceId, [key]);
    return revoked ?? { ...key, madeBy: null };
  }

  /** For the command that sets a workspace up: the former key of that name stops to work. */
  async replace(workspaceId: string, name: string): Promise<string> {
    const { token, hash } = makeToken('dbk');
    await this.database.of(workspaceId).$transaction(async (tx) => {
      await tx.apiKey.deleteMany({ where: { workspaceId, name } });
      const data = { workspaceId, name, hash, prefix: prefixOf(token), role: 'owner' };
      const { id } = await tx.apiKey.create({ data });
      await AuditService.record(tx, systemOf(workspaceId, 'setup'), {
        action: 'key.replace',
        subject: { kind: 'key', id, name },
      });
    });
    await this.notices.publish({ kind: 'access_changed' });
    return token;
  }

  async callerOf(token: string): Promise<Caller | undefined> {
    const key = await this.database.system.apiKey.findUnique({
      where: { hash: hashOfToken(token) },
    });
    const now = this.clock.now();
    if (!key || (key.expiresAt && key.expiresAt <= now)) return undefined;
    const { id, workspaceId, name, makerId, lastUsedAt, expiresAt } = key;
    const role = await this.roleOfKey(key);
    if (!role) return undefined;
    if (!lastUsedAt || now.getTime() - lastUsedAt.getTime() > usedAgainAfterMs)
      await this.database.system.apiKey.updateMany({ where: { id }, data: { lastUsedAt: now } });
    return {
      workspaceId,
      role,
      actorId: id,
      name,
      email: null,
      by: 'key',
      ...(makerId !== null && { makerId }),
      ...(expiresAt && { keyExpiresAt: expiresAt }),
    };
  }

  /** Keys end with the membership of who made them, so each maker is still there. */
  private async withMakers<Key extends { makerId: string | null }>(
    workspaceId: string,
    keys: readonly Key[],
  ): Promise<(Key & { madeBy: string | null })[]> {
    const makers = keys.flatMap(({ makerId }) => makerId ?? []);
    const members = await this.database.of(workspaceId).member.findMany({
      where: { workspaceId, userId: { in: makers } },
      select: { userId: true, user: { select: { name: true } } },
    });
    const names = new Map(members.map(({ userId, user }) => [userId, user.name]));
    return keys.map((key) => ({ ...key, madeBy: names.get(key.makerId ?? '') ?? null }));
  }

  /** Its own, and at most what its maker has by now; none once they have left. */
  private async roleOfKey(key: KeyRow): Promise<Role | undefined> {
    const role = roleOf(key.role);
    if (!role || key.makerId === null) return role;
    const { workspaceId, makerId: userId } = key;
    const where = { workspaceId_userId: { workspaceId, userId } };
    const maker = roleOf(
      (await this.database.of(workspaceId).member.findUnique({ where }))?.role ?? '',
    );
    return maker && lesserOf(role, maker);
  }
}

/** `dbk_` and four characters: 24 of its 256 random bits. */
const prefixOf = (token: string): string => token.slice(0, 8);

/** A key has at most what its maker has. */
function roleWithin(caller: Caller, wanted: string): Role {
  const role = roleOf(wanted);
  if (!role) throw new AppError('key.bad_role', `A key's role is one of ${roles.join(', ')}.`);
  if (isWithin(role, caller.role)) return role;
  throw new AppError(
    'key.exceeds',
    `You are ${caller.role}, and a key has no more than who makes it. Choose ${caller.role} or a lesser role.`,
  );
}

/** Or an admin could lock an owner's scripts out. */
function assertNotAbove(caller: Caller, role: string): void {
  if (isWithin(roleOf(role) ?? 'viewer', caller.role)) return;
  throw new AppError(
    'key.exceeds',
    `This key is of role ${role}, and you are ${caller.role}. Ask somebody of that role to revoke it.`,
  );
}

/** Or a key that leaked could make itself another before it ends. */
function assertNotOutlived({ keyExpiresAt }: Caller, expiresAt: Date | null): void {
  if (!keyExpiresAt || (expiresAt && expiresAt <= keyExpiresAt)) return;
  throw new AppError(
    'key.outlives',
    `A key makes no key that ends after itself. Let the new one end by ${keyExpiresAt.toISOString()}, or make it signed in or with a key that lasts longer.`,
  );
}
