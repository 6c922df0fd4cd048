import { parseEntry, type Specification, type WrittenEntry } from '@drawbridge/proto';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import { AgentCheck } from './agent-check.js';
import {
  ConfigurationEditor,
  type Edit,
  type EditGround,
  type Edited,
  type Next,
} from './configuration-editor.js';
import {
  entryErrors,
  requireDigest,
  requireNew,
  requireUnused,
  type EditedSection,
  type NamedEntry,
} from './entry-refusal.js';
import type { CreateEntryInput, DeleteEntryInput, UpdateEntryInput } from './entry.model.js';
import { kinds } from './kind.js';
import { EntryReader } from './entry-reader.js';
import { touchedParts } from './touched.js';

/** One entry of the configuration at a time. What is wrong with it is an error with the path of its key. */
@Injectable()
export class EntryService {
  constructor(
    private readonly editor: ConfigurationEditor,
    private readonly agents: AgentCheck,
    private readonly reader: EntryReader,
  ) {}

  create(caller: Caller, section: EditedSection, input: CreateEntryInput): Promise<object> {
    const named = { section, name: input.name };
    return this.written(caller, named, (ground) => {
      requireNew(ground.before, named);
      return this.placed(caller, { ...named, text: input.definition }, ground);
    });
  }

  update(caller: Caller, section: EditedSection, input: UpdateEntryInput): Promise<object> {
    const named = { section, name: input.name };
    return this.written(caller, named, (ground) => {
      requireDigest(ground.before, named, input.digest);
      return this.placed(caller, { ...named, text: input.definition }, ground);
    });
  }

  async delete(
    caller: Caller,
    section: EditedSection,
    { name, digest }: DeleteEntryInput,
  ): Promise<{ name: string; version: number }> {
    const named = { section, name };
    const { version } = await this.editor.edit(caller, {
      dryRun: false,
      next: ({ before }) => {
        requireDigest(before, named, digest);
        requireUnused(before, named);
        return { specification: without(before, named) };
      },
    });
    return { name, version };
  }

  validate(
    caller: Caller,
    section: EditedSection,
    { name, definition: text }: CreateEntryInput,
  ): Promise<Edited> {
    return this.editor.edit(caller, {
      dryRun: true,
      next: (ground) => this.placed(caller, { section, name, text }, ground),
    });
  }

  private async written(caller: Caller, named: NamedEntry, next: Edit['next']): Promise<object> {
    const { problems, version } = await this.editor.edit(caller, { dryRun: false, next });
    if (problems.length > 0) throw entryErrors(named, problems);
    const { section, name } = named;
    return { [kinds[section]]: await this.reader.find(caller, section, name), version };
  }

  /** Judged with what stands on it, and by the agents of today; the rest of the workspace is not looked at. */
  private async placed(
    { workspaceId }: Caller,
    written: WrittenEntry,
    { tx, before }: EditGround,
  ): Promise<Next> {
    const { specification, problems, placeOf } = parseEntry(written, before);
    if (!specification) return { problems };
    const part = touchedParts(before, specification).after;
    const missing = await this.agents.problemsOf(workspaceId, part, { placeOf, tx });
    return missing.length > 0 ? { problems: missing } : { specification };
  }
}

const without = (whole: Specification, { section, name }: NamedEntry): Specification => ({
  ...whole,
  [section]: Object.fromEntries(Object.entries(whole[section]).filter(([one]) => one !== name)),
});
