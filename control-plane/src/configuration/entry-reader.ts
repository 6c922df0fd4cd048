import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import { DestinationService } from '../destination/destination.service.js';
import { ModelService } from '../model/model.service.js';
import { SourceService } from '../source/source.service.js';
import { SyncService } from '../sync/sync.service.js';
import type { EditedSection } from './entry-refusal.js';

/** An entry as the API shows it, whatever its kind. */
@Injectable()
export class EntryReader {
  constructor(
    private readonly sources: SourceService,
    private readonly destinations: DestinationService,
    private readonly models: ModelService,
    private readonly syncs: SyncService,
  ) {}

  find(caller: Caller, section: EditedSection, name: string): Promise<object | null> {
    switch (section) {
      case 'sources':
        return this.sources.find(caller, name);
      case 'destinations':
        return this.destinations.find(caller, name);
      case 'models':
        return this.models.find(caller, name);
      case 'syncs':
        return this.syncs.find(caller, name);
    }
  }
}
