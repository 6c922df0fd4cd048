/** DiscoverConnectionInput. */
export interface DiscoverWish {
  source?: string;
  destination?: string;
  path: string[];
}

const entry = (name: string, kind: string, more: object = {}) => ({
  name,
  label: null,
  kind,
  type: null,
  isRequired: false,
  isKey: false,
  ...more,
});

const there: Record<string, ReturnType<typeof entry>[]> = {
  warehouse: [entry('marts', 'schema'), entry('"Odd.One"', 'schema')],
  'warehouse/marts': [entry('customers', 'table'), entry('orders', 'view')],
  'warehouse/marts/customers': [
    entry('customer_id', 'column', { type: 'bigint', isKey: true }),
    entry('email', 'column', { type: 'text' }),
  ],
  'app-db': [entry('public.people', 'table')],
  'app-db/public.people': [
    entry('external_id', 'column', { type: 'bigint', isKey: true, isRequired: true }),
    entry('mail', 'column', { type: 'character varying(200)' }),
  ],
};

/** What an agent finds in the sample's connections. */
export function fakeListing({ source, destination, path }: DiscoverWish) {
  const entries = there[[source ?? destination, ...path].join('/')] ?? [];
  return { entries, isCutOff: false, failure: null };
}
