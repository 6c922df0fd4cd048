/** How related records are looked up; how those that are missing are made. */
export const lookupOptions = {
  lookup: {
    type: 'group',
    label: 'Looking up a related record',
    fields: {
      method: { type: 'choice', label: 'Method', choices: ['GET', 'POST'], default: 'GET' },
      url: {
        type: 'template',
        label: 'URL',
        help: 'Relative to the base URL; Liquid over object, the matched fields, and records of a batch. The object with the matched fields as its query unless given.',
      },
      body: {
        type: 'template',
        label: 'Body of a POST',
        help: 'The matched fields as JSON unless given; an array of them for a batch.',
      },
      size: {
        type: 'number',
        label: 'Records asked for in a request',
        default: 1,
        minimum: 1,
        maximum: 1000,
      },
      path: {
        type: 'text',
        label: 'Path',
        help: 'Dotted path to the records in the answer; empty: the answer itself.',
        default: '',
      },
      notFound: {
        type: 'boolean',
        label: 'A 404 means that there is no such record',
        help: 'Otherwise it is an error, as of a wrong URL.',
        default: false,
      },
    },
  },
  missing: {
    type: 'group',
    label: 'Making a record that a lookup misses',
    fields: {
      method: { type: 'choice', label: 'Method', choices: ['POST', 'PUT'], default: 'POST' },
      url: {
        type: 'template',
        label: 'URL',
        help: 'Relative to the base URL; Liquid over object and the matched fields. The object unless given.',
      },
      body: {
        type: 'template',
        label: 'Body',
        help: 'Liquid over the matched fields; the fields as JSON unless given.',
      },
      path: {
        type: 'text',
        label: 'Path',
        help: 'Dotted path to the record in the answer; empty: the answer itself.',
        default: '',
      },
    },
  },
} as const;
