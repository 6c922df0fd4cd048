/** One of each thing. */
export const configuration = `
sources:
  warehouse: { type: postgres, secrets: { password: env:WAREHOUSE_PASSWORD } }
destinations:
  app-db: { type: postgres }
models:
  customers: { source: warehouse, table: customers, primaryKey: [id] }
syncs:
  customers-to-app:
    model: customers
    destination: app-db
    object: public.customers
    mode: mirror
    key: { id: id }
    fields: { email: email }
`;
