import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { Database } from '../database/database.js';
import { isUuid } from '../database/uuid.js';
import type { Passkey } from './passkey.model.js';

const shown = { id: true, name: true, createdAt: true, lastUsedAt: true } as const;

/** Those of a person, in whatever workspace. An API key has none. */
@Injectable()
export class PasskeyService {
  constructor(private readonly database: Database) {}

  async list(caller: Caller): Promise<Passkey[]> {
    if (caller.by !== 'session' || caller.isHeld) return [];
    const where = { userId: caller.actorId };
    const orderBy = { createdAt: 'asc' } as const;
    return this.database.system.passkey.findMany({ where, select: shown, orderBy });
  }

  async delete(caller: Caller, id: string): Promise<Passkey> {
    const isOne = caller.by === 'session' && isUuid(id);
    return this.database.system.$transaction(async (tx) => {
      const where = { id, userId: caller.actorId };
      const passkey = isOne ? await tx.passkey.findFirst({ where, select: shown }) : null;
      if (!passkey) throw new AppError('passkey.not_found', 'You have no such passkey.');
      const { count } = await tx.passkey.deleteMany({ where });
      if (count > 0)
        await AuditService.record(tx, caller, {
          action: 'account.delete_passkey',
          subject: { kind: 'user', id: caller.actorId, name: caller.name },
        });
      return passkey;
    });
  }
}
