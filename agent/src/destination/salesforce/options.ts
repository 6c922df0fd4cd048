/** What a sync says of its object. */
export const options = {
  api: {
    type: 'choice',
    label: 'API',
    help: 'auto: Bulk API 2.0 for large plans, REST Collections for small ones.',
    choices: ['auto', 'collections', 'bulk'],
    default: 'auto',
  },
  bulkFrom: {
    type: 'number',
    label: 'Bulk from (rows)',
    help: 'More rows than these of a change go by the Bulk API.',
    default: 2_000,
    minimum: 1,
  },
  batchSize: {
    type: 'number',
    label: 'Records in a call',
    help: 'Of REST Collections. Fewer where triggers or flows run into limits.',
    default: 200,
    minimum: 1,
    maximum: 200,
  },
  parallel: {
    type: 'number',
    label: 'Calls at once',
    help: 'Of REST Collections; 1 where records of one parent lock one another.',
    default: 4,
    minimum: 1,
    maximum: 20,
  },
  truncate: {
    type: 'boolean',
    label: 'Shorten texts that are too long',
    help: 'Otherwise such a row is rejected by Salesforce.',
    default: false,
  },
  duplicates: {
    type: 'choice',
    label: 'Duplicate rules that only alert',
    help: 'save: the record is saved all the same. Rules that block still block.',
    choices: ['obey', 'save'],
    default: 'obey',
  },
  archive: {
    type: 'group',
    label: 'Archive',
    fields: {
      field: {
        type: 'text',
        label: 'Field that says so',
        required: true,
        choicesFrom: 'object',
      },
      value: {
        type: 'text',
        label: 'Value of an archived record',
        help: 'true for a checkbox and now for a date, unless given.',
      },
      active: {
        type: 'text',
        label: 'Value of a record that comes back',
        help: 'false for a checkbox, else NULL, unless given.',
      },
    },
  },
} as const;
