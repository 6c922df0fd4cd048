import type { Advice } from '../../connector/advice.js';

/** Of a row that Salesforce refuses, by its own code. */
const refused = (vendorCode: string, title: string, advice: string): Advice => ({
  code: 'destination.rejected',
  vendorCode,
  title,
  advice,
});

/**
 * The codes that people meet most.
 * https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm (read 2026-11)
 */
const ofRows: readonly Advice[] = [
  refused(
    'REQUIRED_FIELD_MISSING',
    'A required field is empty',
    'A new record needs the field that the text in your bucket names. Map it, give it a `default`, or leave such rows out of the model.',
  ),
  refused(
    'FIELD_CUSTOM_VALIDATION_EXCEPTION',
    'A validation rule refuses the record',
    'The text in your bucket is the rule’s own message. Correct the row at the source, or let the rule pass for the integration user.',
  ),
  refused(
    'DUPLICATES_DETECTED',
    'A duplicate rule found a record like it',
    'Merge the records in Salesforce. Where the rule only alerts, `options: { duplicates: save }` saves the record all the same.',
  ),
  refused(
    'DUPLICATE_VALUE',
    'Another record has this unique value',
    'A unique field other than the key holds the value already. Find that record by the Id in the text in your bucket, or key the sync by that field.',
  ),
  refused(
    'DUPLICATE_EXTERNAL_ID',
    'Several records have this external id',
    'Merge them in Salesforce, and mark the field as unique so that it does not happen again.',
  ),
  refused(
    'STRING_TOO_LONG',
    'A text is too long',
    'Shorten it in the model’s SQL, widen the field, or set `options: { truncate: true }`.',
  ),
  refused(
    'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    'The picklist does not have this value',
    'Add the value to the picklist (for the record type, too), or map the values in the model’s SQL. Salesforce wants the API name of a value, not its label.',
  ),
  refused(
    'INVALID_EMAIL_ADDRESS',
    'This is no e-mail address',
    'Leave such values out in the model’s SQL: NULL is taken where the field is not required.',
  ),
  refused(
    'INVALID_TYPE_ON_FIELD_IN_RECORD',
    'A value has the wrong type',
    'Cast it in the model’s SQL to what the field is. A checkbox takes no NULL: set `nulls: default` or `omit` for it.',
  ),
  refused(
    'NUMBER_OUTSIDE_VALID_RANGE',
    'A number is too large for its field',
    'Round it in the model’s SQL, or give the field more digits in Salesforce.',
  ),
  refused(
    'MALFORMED_ID',
    'This is no Id of such a record',
    'An Id has 15 or 18 characters and belongs to one object. Use a lookup, or a relationship by external id as `Account__r.ExtId__c`, instead of the source’s own id.',
  ),
  refused(
    'INVALID_CROSS_REFERENCE_KEY',
    'The record it refers to is not there',
    'The Id in a reference names no record that the integration user may see. Sync that object first; the row is tried again in every run.',
  ),
  refused(
    'INVALID_FIELD',
    'The related record is not there',
    'No record has the external id that a relationship names. Sync that object first; the row is tried again in every run.',
  ),
  refused(
    'ENTITY_IS_DELETED',
    'The record is in the recycle bin',
    'Restore it in Salesforce, or empty the recycle bin; then it is made anew.',
  ),
  refused(
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    'A field can not be written',
    'Give the integration user edit access to the field that the text in your bucket names, or take it out of the mapping.',
  ),
  refused(
    'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    'A trigger of yours failed',
    'The text in your bucket names the trigger. Have its developer look at it; fewer records in a call (`options: { batchSize: 50 }`) help where it runs into limits.',
  ),
  refused(
    'CANNOT_EXECUTE_FLOW_TRIGGER',
    'A flow of yours failed',
    'The text in your bucket names the flow. Have its owner look at it; fewer records in a call (`options: { batchSize: 50 }`) help where it runs into limits.',
  ),
  refused(
    'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
    'The related record may not be used',
    'Give the integration user access to the record that a reference names: by sharing, or by the permission View All of its object.',
  ),
  refused(
    'INSUFFICIENT_ACCESS_OR_READONLY',
    'The record may not be written',
    'Give the integration user edit access to the record: by sharing, or by the permission Modify All of its object. Locked records (approvals) wait until they are unlocked.',
  ),
  refused(
    'DELETE_FAILED',
    'The record can not be deleted',
    'Other records depend on it; the text in your bucket names them. Delete those first, or choose another `onRemoved`.',
  ),
  refused(
    'STORAGE_LIMIT_EXCEEDED',
    'The org has no room left',
    'Delete what is not needed, empty the recycle bin, or buy storage. The rows are tried again in every run.',
  ),
];

export const advice: readonly Advice[] = [
  ...ofRows,
  {
    code: 'destination.busy',
    vendorCode: 'UNABLE_TO_LOCK_ROW',
    title: 'Records were locked by others',
    advice:
      'They were tried several times, one call after the other, and are sent in the next run. If it happens often, order the model by the parent’s id, set `options: { parallel: 1 }`, or run the sync when fewer people and flows write.',
  },
  {
    code: 'destination.auth_failed',
    vendorCode: 'INVALID_GRANT',
    title: 'Salesforce does not let the user in',
    advice:
      'Assign the app to the integration user (permitted users: admin approved, by permission set), check `username`, and that the certificate of the app belongs to the private key. For a sandbox set `sandbox: true`.',
  },
  {
    code: 'destination.auth_failed',
    vendorCode: 'INVALID_CLIENT_ID',
    title: 'Salesforce does not know the app',
    advice:
      'Copy the consumer key of the app into `clientId`. A new app is known after ten minutes; one of another org is not.',
  },
  {
    code: 'destination.auth_failed',
    vendorCode: 'INVALID_CLIENT',
    title: 'The consumer secret is wrong',
    advice: 'Put the consumer secret of the app behind the secret reference `clientSecret`.',
  },
  {
    code: 'destination.object_missing',
    vendorCode: 'NOT_FOUND',
    title: 'The org has no such object',
    advice:
      'Write the API name into `object` (custom ones end in __c), and give the integration user read access to the object. A sandbox that was made before the object lacks it.',
  },
  {
    code: 'destination.field_missing',
    vendorCode: 'INVALID_FIELD',
    title: 'The object has no such field',
    advice:
      'Write the API name exactly as Salesforce has it (custom ones end in __c), and give the integration user field-level access. The text in your bucket names the field.',
  },
  {
    code: 'destination.field_read_only',
    vendorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
    title: 'A field can not be written',
    advice:
      'Give the integration user edit access to the field, or take it out of the mapping: formulas, auto-numbers and some references are filled by Salesforce.',
  },
  {
    code: 'destination.required_field_missing',
    title: 'A new record needs more fields',
    advice:
      'Map the fields that the text in your bucket names, with a constant if need be; or choose `mode: update`, which creates nothing.',
  },
  {
    code: 'destination.key_not_unique',
    vendorCode: 'DUPLICATE_VALUE',
    title: 'The key field is not unique',
    advice:
      'Mark the external id as unique in Salesforce, so that a record that is there is not created again; or choose `mode: upsert`.',
  },
  {
    code: 'destination.forbidden',
    vendorCode: 'API_DISABLED_FOR_ORG',
    title: 'The org or the user has no API access',
    advice:
      'Give the integration user the permission API Enabled. Some editions have no API at all; ask Salesforce to turn it on.',
  },
  {
    code: 'destination.forbidden',
    vendorCode: 'INSUFFICIENT_ACCESS_OR_READONLY',
    title: 'The user may not do this with the object',
    advice:
      'Add the object permission that the text in your bucket names (create, edit, delete) to the permission set of the integration user.',
  },
  {
    code: 'destination.quota_spent',
    title: 'The share of API calls is used up',
    advice:
      'The org has used so much of its calls of 24 hours, whoever did. A later run sends the rest. Raise `maxDailyApiPercent`, send larger plans by the Bulk API (`options: { bulkFrom }`), or buy more calls.',
  },
  {
    code: 'destination.quota_exceeded',
    title: 'The org has nothing left of a daily limit',
    advice:
      'A later run sends the rest. It is the calls, or the batches of bulk jobs, of 24 hours: Company Information in Setup shows them. A lower `maxDailyApiPercent` leaves some for others.',
  },
  {
    code: 'destination.not_salesforce',
    title: 'Something else answers at the login URL',
    advice:
      'Correct `loginUrl` to the org’s My Domain, or leave it out. A proxy on the way must let answers pass as they are.',
  },
  {
    code: 'destination.bad_key',
    title: 'The private key can not be used',
    advice:
      'Put the whole PEM file, BEGIN and END lines and all, behind the secret reference `privateKey`. It must be an RSA key; an encrypted one needs `passphrase`.',
  },
  {
    code: 'destination.key_composite',
    title: 'A key of several fields finds no record',
    advice:
      'Make one text of its parts in the model’s SQL, and key the sync by an external id that holds it.',
  },
  {
    code: 'destination.key_given',
    title: 'Salesforce makes Ids itself',
    advice:
      'Key the sync by an external id. With `Id` as its key a sync can only update: set `mode: update`.',
  },
  {
    code: 'destination.not_external_id',
    title: 'Records can not be found by this field',
    advice:
      'Mark the field as External ID in Salesforce (Setup, Object Manager, the field), or use one that is.',
  },
  {
    code: 'destination.several_records',
    title: 'Several records have the key',
    advice:
      'Merge them in Salesforce, and mark the field as unique. The row is tried again in every run.',
  },
  {
    code: 'destination.relationship_vague',
    title: 'A relationship leads to several objects',
    advice:
      'Write the object that is meant in front of it, as in `User:Owner.ExtId__c`. The text in your bucket lists them.',
  },
  {
    code: 'destination.bad_value',
    title: 'A value does not fit its field',
    advice:
      'The text in your bucket says which field, and why. Correct the row at the source or in the model’s SQL.',
  },
  {
    code: 'destination.archive_value_missing',
    title: 'Nothing says what an archived record has',
    advice:
      'Set `options: { archive: { field, value } }`: only a checkbox and a date need no value.',
  },
  {
    code: 'destination.clear_impossible',
    title: 'A field can not be cleared',
    advice:
      'Salesforce keeps checkboxes and required fields filled. Choose another `onRemoved`, such as `set` with constants.',
  },
  {
    code: 'destination.picklist_value_missing',
    title: 'A constant is not in its picklist',
    advice:
      'Write one of the values that the text in your bucket lists (API names, not labels), or add the value to the picklist in Salesforce.',
  },
  {
    code: 'destination.not_filterable',
    title: 'Salesforce does not search by this field',
    advice:
      'Match a lookup by another field: long texts and some encrypted ones can not be searched.',
  },
  {
    code: 'destination.match_no_external_id',
    title: 'Missing records can not be made by this',
    advice:
      'For `onMiss: create` match the lookup by one field that is an External ID; or choose another `onMiss`.',
  },
  {
    code: 'destination.job_failed',
    title: 'Salesforce gave up a job',
    advice:
      'Its own words are in your bucket under the error id: a limit of the org’s bulk jobs, or a field that is gone. Correct that, or send by calls (`options: { api: collections }`), and run the sync again.',
  },
  {
    code: 'destination.bulk_unfit',
    title: 'The Bulk API can not do this',
    advice:
      'Set `options: { api: auto }`. Jobs know no way around duplicate rules, and without a key only values that are sent as they are.',
  },
];
