-- Who may do what in the database: run by the owner of the tables after the migrations, at every start, and changes only what
-- is missing. So a new table needs nothing but a column "workspaceId", or a foreign key to a table that has one.
--
-- drawbridge.tenant_role  works for one workspace, which each of its transactions names (drawbridge.workspace); sees no
--                         other one's rows, and without a name none at all. People's accounts and sign-ins are not its.
-- drawbridge.system_role  goes over all workspaces: the queue, the scheduler, sign-in.
--
-- Neither owns anything. Both can read and add audit entries, and nothing else. The owner is not held by the policies: a
-- migration, a cascade and audit_seal() reach every row.
do $tenancy$
declare
  -- Another text of a policy needs another number, or tables that have the former one keep it.
  tenant_policy constant name := 'tenant_1';
  system_policy constant name := 'system_1';
  -- Under the role's own transaction; once for a statement, and indexes are used.
  workspace constant text := $$nullif(current_setting('drawbridge.workspace', true), '')::uuid$$;
  tenant constant name := current_setting('drawbridge.tenant_role');
  system constant name := current_setting('drawbridge.system_role');
  here constant oid := current_schema()::regnamespace;
  relation record;
  belongs text;
  sequence regclass;
begin
  if not has_database_privilege(tenant, current_database(), 'connect')
    or not has_database_privilege(system, current_database(), 'connect') then
    execute format('grant connect on database %I to %I, %I', current_database(), tenant, system);
  end if;
  if not has_schema_privilege(tenant, here, 'usage') or not has_schema_privilege(system, here, 'usage') then
    execute format('grant usage on schema %I to %I, %I', current_schema(), tenant, system);
  end if;

  for relation in
    select c.oid, c.relname as name, c.oid::regclass as said,
      exists (select from pg_attribute where attrelid = c.oid and attname = 'workspaceId') as is_marked,
      (select format('exists (select from %s as parent where parent.%I = %s.%I)',
          link.confrelid::regclass, target.attname, c.oid::regclass, own.attname)
        from pg_constraint as link
        join pg_attribute as own on own.attrelid = c.oid and own.attnum = link.conkey[1]
        join pg_attribute as target on target.attrelid = link.confrelid and target.attnum = link.confkey[1]
        where link.conrelid = c.oid and link.contype = 'f' and cardinality(link.conkey) = 1 and own.attnotnull
          and exists (select from pg_attribute where attrelid = link.confrelid and attname = 'workspaceId')
        order by link.conname limit 1) as hangs
    from pg_class as c where c.relnamespace = here and c.relkind in ('r', 'p')
  loop
    continue when relation.name = '_prisma_migrations' and has_table_privilege(system, relation.oid, 'select');
    if relation.name = '_prisma_migrations' then
      execute format('grant select on %s to %I', relation.said, system);
      continue;
    end if;
    if not exists (
      select from pg_policy where polrelid = relation.oid and polname = system_policy
        and polroles = array[system::regrole::oid]
    ) then
      execute format('alter table %s enable row level security', relation.said);
      execute format('drop policy if exists %I on %s', system_policy, relation.said);
      execute format('create policy %I on %s to %I using (true) with check (true)', system_policy, relation.said, system);
      execute format('revoke all on %s from %I', relation.said, system);
      execute format('grant %s on %s to %I', case relation.name
        when 'AuditEntry' then 'select, insert' when 'AuditHead' then 'select'
        else 'select, insert, update, delete' end, relation.said, system);
    end if;
    belongs := case
      -- Whose it is counts there, and not where they are at present.
      when relation.name = 'Session' then null
      when relation.name = 'Workspace' then format('id = %s', workspace)
      when relation.name = 'User' then 'exists (select from "Member" as member where member."userId" = "User".id)'
      when relation.is_marked then format('"workspaceId" = %s', workspace)
      else relation.hangs end;
    continue when belongs is null or exists (
      select from pg_policy where polrelid = relation.oid and polname = tenant_policy
        and polroles = array[tenant::regrole::oid]);
    execute format('drop policy if exists %I on %s', tenant_policy, relation.said);
    execute format('create policy %I on %s to %I using (%s) with check (%s)', tenant_policy, relation.said, tenant, belongs, belongs);
    execute format('revoke all on %s from %I', relation.said, tenant);
    execute format('grant %s on %s to %I', case relation.name
      when 'AuditEntry' then 'select, insert' when 'AuditHead' then 'select' when 'User' then 'select'
      when 'Workspace' then 'select, update' else 'select, insert, update, delete' end, relation.said, tenant);
  end loop;

  for sequence in select oid::regclass from pg_class where relnamespace = here and relkind = 'S' loop
    continue when has_sequence_privilege(tenant, sequence, 'usage') and has_sequence_privilege(system, sequence, 'usage');
    execute format('grant usage on sequence %s to %I, %I', sequence, tenant, system);
  end loop;

  -- It runs with its owner's rights, so whoever calls must not choose which tables its names mean.
  if exists (select from pg_proc where pronamespace = here and proname = 'audit_seal' and proconfig is null) then
    execute format('alter function audit_seal() set search_path = %I, pg_temp', current_schema());
  end if;
end $tenancy$;
