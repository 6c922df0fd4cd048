import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { Config } from '../config.js';
import { Database } from '../database/database.js';
import { AddressGuard } from '../outbound/address-guard.js';
import { fetchGuarded } from '../outbound/guarded-fetch.js';
import { resolveBySystem } from '../outbound/guarded-request.js';
import { sealText, unsealText } from '../sealed-text.js';
import {
  beginOidc,
  finishOidc,
  type Fetch,
  type OidcChecks,
  type OidcParty,
  type OidcPerson,
} from './oidc-client.js';

const purpose = 'drawbridge identity provider';

interface ProviderRow {
  id: string;
  workspaceId: string;
  issuer: string;
  clientId: string;
  sealed: Uint8Array;
}

/** Who came in, and by which provider. */
export interface Entrant {
  userId: string;
  workspaceId: string;
  providerId: string;
}

/**
 * Identity providers of single workspaces. Whoever owns a workspace names its provider, and so decides whom that provider
 * may say to be whom; that is why it opens that workspace to its own members, and nothing else of theirs: neither another
 * workspace nor the account itself. So nobody needs to prove that a domain is theirs, and nobody gains by naming one.
 */
@Injectable()
export class WorkspaceProviders {
  private readonly fetch: Fetch;

  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {
    const guard = new AddressGuard(config.webhookNetworks);
    const outlet = { guard, resolve: resolveBySystem, privateAddress, notHttps };
    this.fetch = (url, { method, headers, body, signal }) =>
      fetchGuarded(url, { method, headers, body: body as string, signal }, outlet);
  }

  /** Where its provider must be told to lead people back to. */
  callbackOf(workspaceId: string): string {
    return `${this.config.publicUrl}/api/auth/workspace/callback/${workspaceId}`;
  }

  seal(providerId: string, clientSecret: string): Uint8Array<ArrayBuffer> {
    return new Uint8Array(sealText(this.sealedFor(providerId), clientSecret));
  }

  /** Throws AppError `provider.…` when nobody answers there who could sign somebody in. */
  async assertAnswers(party: OidcParty): Promise<void> {
    await beginOidc(party, this.config.publicUrl, this.fetch);
  }

  /** By the workspace's name. There is one answer for a workspace without a provider and for none at all. */
  async begin(workspace: string): Promise<{ url: string; providerId: string; checks: OidcChecks }> {
    const row = await this.database.system.identityProvider.findFirst({
      where: { workspace: { name: workspace } },
    });
    if (!row)
      throw new AppError(
        'provider.none',
        'There is no workspace of that name with an identity provider of its own.',
      );
    const { workspaceId, id: providerId } = row;
    const begun = await beginOidc(this.partyOf(row), this.callbackOf(workspaceId), this.fetch);
    return { ...begun, providerId };
  }

  /** `query` is what stands behind the ? of the address that the provider led back to. */
  async finish(
    { providerId, checks }: { providerId: string; checks: OidcChecks },
    query: string,
  ): Promise<Entrant> {
    const where = { id: providerId };
    const row = await this.database.system.identityProvider.findUnique({ where });
    if (!row) throw tooLate();
    const address = new URL(`${this.callbackOf(row.workspaceId)}${query}`);
    const person = await finishOidc(this.partyOf(row), { address, checks }, this.fetch);
    const { workspaceId } = row;
    return { userId: await this.memberFor(row, person), workspaceId, providerId };
  }

  /**
   * The member that somebody at the provider is. The first time it is by the address, among the members of that workspace
   * alone; from then on by the provider's own name for them, so that who is given a former colleague's address is not them.
   */
  private memberFor({ id, workspaceId }: ProviderRow, person: OidcPerson): Promise<string> {
    const { subject: accountId, email } = person;
    const providerId = accountProvider(id);
    return this.database.system.$transaction(async (tx) => {
      const linked = await tx.account.findFirst({ where: { providerId, accountId } });
      const [member] = linked
        ? await tx.$queryRaw<{ userId: string }[]>`
            select "userId" from "Member" where "workspaceId" = ${workspaceId}::uuid and "userId" = ${linked.userId}`
        : await tx.$queryRaw<{ userId: string }[]>`
            select "userId" from "Member" where "workspaceId" = ${workspaceId}::uuid and "userId" =
              (select id from "User" where email = ${email?.toLowerCase() ?? ''}) for update`;
      if (!member) throw email === undefined && !linked ? notVerified() : noMember();
      if (linked) return linked.userId;
      const { userId } = member;
      if (await tx.account.findFirst({ where: { providerId, userId } })) throw otherPerson();
      await tx.account.create({ data: { id: randomUUID(), userId, providerId, accountId } });
      return userId;
    });
  }

  private partyOf({ id, issuer, clientId, sealed }: ProviderRow): OidcParty {
    try {
      return { issuer, clientId, clientSecret: unsealText(this.sealedFor(id), sealed) };
    } catch (cause) {
      throw new AppError(
        'provider.sealed_otherwise',
        'DRAWBRIDGE_SECRET is not the one that this provider was named with. Name the provider anew.',
        { cause },
      );
    }
  }

  private sealedFor(id: string) {
    return { installation: this.config.secret, purpose, id };
  }
}

/** Under which its people stand among the ways in which an account's person proves who they are. */
export const accountProvider = (id: string): string => `workspace:${id}`;

export const tooLate = (): AppError =>
  new AppError('provider.too_late', 'That took too long, or was begun elsewhere. Begin again.');

const noMember = (): AppError =>
  new AppError(
    'provider.no_member',
    'You are no member of this workspace. Ask for an invitation, and join it first.',
  );

const notVerified = (): AppError =>
  new AppError(
    'provider.not_verified',
    'The identity provider does not say that it has verified your address (email_verified).',
  );

const otherPerson = (): AppError =>
  new AppError(
    'provider.other_person',
    'Somebody else at the identity provider came in with this address before. Ask an owner to remove the member and to invite them anew.',
  );

const privateAddress = (): AppError =>
  new AppError(
    'provider.private_address',
    'Identity providers are reached at public addresses alone. Name the network in DRAWBRIDGE_WEBHOOK_NETWORKS, or choose another address.',
  );

const notHttps = (): AppError =>
  new AppError('provider.not_https', 'Identity providers are reached by https.');
