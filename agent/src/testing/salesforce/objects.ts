import type { ObjectSetting } from './schema.js';

/** A few objects as every org has them, with an external id each. */
export const standardObjects: readonly ObjectSetting[] = [
  {
    name: 'Account',
    fields: [
      { name: 'Name', type: 'string', label: 'Account Name', required: true },
      { name: 'ExtId__c', type: 'string', length: 80, externalId: true, unique: true },
      { name: 'Industry', type: 'picklist', picklist: ['Banking', 'Energy', 'Retail'] },
      { name: 'NumberOfEmployees', type: 'int', label: 'Employees' },
      { name: 'AnnualRevenue', type: 'currency', scale: 2, label: 'Annual Revenue' },
      { name: 'Website', type: 'url' },
      { name: 'ParentId', type: 'reference', referenceTo: 'Account', relationshipName: 'Parent' },
    ],
  },
  {
    name: 'Contact',
    fields: [
      { name: 'LastName', type: 'string', label: 'Last Name', length: 80, required: true },
      { name: 'FirstName', type: 'string', label: 'First Name', length: 40 },
      { name: 'Email', type: 'email', length: 80 },
      { name: 'Phone', type: 'phone', length: 40 },
      { name: 'Birthdate', type: 'date' },
      { name: 'DoNotCall', type: 'boolean', label: 'Do Not Call' },
      { name: 'AccountId', type: 'reference', referenceTo: 'Account', relationshipName: 'Account' },
      { name: 'ExtId__c', type: 'string', length: 80, externalId: true, unique: true },
      {
        name: 'Tier__c',
        type: 'picklist',
        picklist: ['bronze', 'silver', 'gold'],
        restricted: true,
      },
      {
        name: 'Topics__c',
        type: 'multipicklist',
        picklist: ['news', 'offers', 'events'],
        restricted: true,
      },
      { name: 'Score__c', type: 'double', precision: 18, scale: 4 },
      { name: 'LastSeen__c', type: 'datetime' },
      { name: 'Archived__c', type: 'boolean' },
      { name: 'Notes__c', type: 'textarea', length: 32_000 },
    ],
  },
];
