import { entryOf, type Specification } from '@drawbridge/proto';

/** The part of a specification that one sync needs: what its runs go by, whatever becomes of the rest. */
export function specificationOfSync(whole: Specification, name: string): Specification {
  const sync = entryOf(whole.syncs, name);
  const model = sync && entryOf(whole.models, sync.model);
  return {
    sources: only(whole.sources, model?.source),
    destinations: only(whole.destinations, sync?.destination),
    models: only(whole.models, sync?.model),
    syncs: only(whole.syncs, name),
    alerts: {},
  };
}

function only<Entry>(
  record: Readonly<Record<string, Entry>>,
  name: string | undefined,
): Record<string, Entry> {
  const entry = name === undefined ? undefined : entryOf(record, name);
  return name === undefined || entry === undefined ? {} : { [name]: entry };
}
