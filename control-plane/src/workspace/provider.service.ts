import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { accountProvider, WorkspaceProviders } from '../auth/workspace-providers.js';
import { Database, type Transaction } from '../database/database.js';
import { Notices } from '../database/notices.js';
import type { IdentityProvider, SetIdentityProviderInput } from './provider.model.js';

/** The identity provider of a workspace, for its owners. */
@Injectable()
export class ProviderService {
  constructor(
    private readonly database: Database,
    private readonly notices: Notices,
    private readonly providers: WorkspaceProviders,
  ) {}

  async find({ workspaceId }: Caller): Promise<IdentityProvider | null> {
    const where = { workspaceId };
    const row = await this.database.of(workspaceId).identityProvider.findUnique({ where });
    return row && this.shown(row);
  }

  /** Nobody is known by a provider that was named anew: another one may call other people by the same names. */
  async set(caller: Caller, input: SetIdentityProviderInput): Promise<IdentityProvider> {
    const { workspaceId } = caller;
    const party = partyIn(input);
    const { issuer, clientId, clientSecret } = party;
    await this.providers.assertAnswers(party);
    const id = randomUUID();
    const sealed = this.providers.seal(id, clientSecret);
    await this.change(async (tx) => {
      const before = await removeRow(tx, workspaceId);
      await tx.identityProvider.create({ data: { id, workspaceId, issuer, clientId, sealed } });
      await AuditService.record(tx, caller, {
        action: 'provider.set',
        subject: { kind: 'provider', id, name: issuer },
        ...(before && { before: { issuer: before.issuer, clientId: before.clientId } }),
        after: { issuer, clientId },
      });
    });
    return this.shown({ workspaceId, issuer, clientId });
  }

  async remove(caller: Caller): Promise<IdentityProvider> {
    return this.change(async (tx) => {
      const row = await removeRow(tx, caller.workspaceId);
      if (!row)
        throw new AppError('provider.not_found', 'This workspace has no identity provider.');
      const { id, issuer, clientId } = row;
      await AuditService.record(tx, caller, {
        action: 'provider.remove',
        subject: { kind: 'provider', id, name: issuer },
        before: { issuer, clientId },
      });
      return this.shown(row);
    });
  }

  /** Sessions are nobody's but the system's, and those of the former provider end with it. */
  private async change<Made>(act: (tx: Transaction) => Promise<Made>): Promise<Made> {
    const made = await this.database.system.$transaction(act);
    await this.notices.publish({ kind: 'access_changed' });
    return made;
  }

  private shown({ workspaceId, issuer, clientId }: Shown): IdentityProvider {
    return { issuer, clientId, callbackUrl: this.providers.callbackOf(workspaceId) };
  }
}

type Shown = { workspaceId: string; issuer: string; clientId: string };

async function removeRow(tx: Transaction, workspaceId: string) {
  // Of two who name one at once, the second replaces the first one's.
  await tx.$executeRaw`select from "Workspace" where id = ${workspaceId}::uuid for no key update`;
  const where = { workspaceId };
  const row = await tx.identityProvider.findUnique({ where });
  if (!row) return undefined;
  await tx.account.deleteMany({ where: { providerId: accountProvider(row.id) } });
  await tx.identityProvider.delete({ where });
  return row;
}

const mostText = 500;

function partyIn({ issuer, clientId, clientSecret }: SetIdentityProviderInput) {
  const party = { issuer: issuer.trim(), clientId: clientId.trim(), clientSecret };
  const isWhole = Object.values(party).every((text) => text !== '' && text.length <= mostText);
  const url = URL.parse(party.issuer);
  const isAddress =
    url && /^https?:$/.test(url.protocol) && !url.username && !url.search && !url.hash;
  if (isWhole && isAddress) return party;
  throw new AppError(
    'provider.bad_setting',
    'Give the issuer as an https address without user, query and fragment, and the id and the secret that it gave you, of at most 500 characters each.',
  );
}
