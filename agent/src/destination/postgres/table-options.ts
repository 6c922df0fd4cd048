/** What a sync may say of its table. */
export const tableOptions = {
  archive: {
    type: 'group',
    label: 'What archives a row',
    fields: {
      field: { type: 'text', label: 'Column', required: true },
      value: {
        type: 'text',
        label: 'Value of an archived row',
        help: 'now, or a text of the type of the column.',
        default: 'now',
      },
      active: {
        type: 'text',
        label: 'Value of a row that comes back',
        help: 'NULL unless given.',
      },
    },
  },
} as const;
