export * from './gen/drawbridge/v1/catalog_pb.js';
export * from './gen/drawbridge/v1/data_class_pb.js';
export * from './gen/drawbridge/v1/discovery_pb.js';
export * from './gen/drawbridge/v1/failure_pb.js';
export * from './gen/drawbridge/v1/frame_pb.js';
export * from './gen/drawbridge/v1/job_pb.js';
export * from './gen/drawbridge/v1/report_pb.js';
export * from './gen/drawbridge/v1/session_pb.js';
export * from './gen/drawbridge/v1/sync_pb.js';
export {
  decodeAgentFrame,
  decodeControlFrame,
  encodeAgentFrame,
  encodeControlFrame,
  maxFrameBytes,
  type Decoded,
  type Encoded,
  type FrameProblem,
  type Invalid,
} from './codec.js';
export { revisionHeader, revisionIn, wireRevision } from './revision.js';
export { conflictOf, type RunConflict, type RunWishes } from './run-conflict.js';
export { hasUnknownFields } from './unknown-fields.js';
export { create, fromJson, toJson, type MessageInitShape } from '@bufbuild/protobuf';
export { catalogProblems, type CatalogCheck } from './spec/catalog-check.js';
export { canonicalBytes, digestOf, specificationIn } from './spec/canonical.js';
export { changesBetween, eachComparison, type SpecificationChange } from './spec/changes.js';
export { compileSync, connectionOf, type SyncIds } from './spec/compile.js';
export {
  entryOf,
  sections,
  specificationOf,
  type ConstantEntry,
  type DestinationEntry,
  type DuplicatesEntry,
  type FieldEntry,
  type FieldValueEntry,
  type GuardEntry,
  type GuardsEntry,
  type KeyEntry,
  type LimitsEntry,
  type LookupEntry,
  type MetadataName,
  type ModelEntry,
  type ModeName,
  type Named,
  type NullHandlingName,
  type OnRemovedEntry,
  type OrderEntry,
  type RemovalName,
  type CronEntry,
  type EveryEntry,
  type FollowedEnd,
  type WindowsEntry,
  type ScheduleEntry,
  type Section,
  type Settings,
  type SettingValue,
  type SourceEntry,
  type Specification,
  type SyncEntry,
} from './spec/entry.js';
export {
  alertSeverities,
  alertVolumes,
  type AlertCondition,
  type AlertEntry,
  type AlertKind,
  type AlertRuleEntry,
  type AlertSeverity,
  type AlertVolume,
} from './spec/alert.js';
export { entryDigest } from './spec/entry-digest.js';
export { formatEntry, formatSpecification } from './spec/format.js';
export { windowOf, type Window } from './spec/window.js';
export type { MappingChangeName } from './spec/mapping-change.js';
export {
  parseEntry,
  parseSpecification,
  type ConfigurationFile,
  type Parsed,
  type WrittenEntry,
} from './spec/parse.js';
export { nowhere, type Place, type PlaceOf, type SpecProblem } from './spec/problem.js';
export {
  dataClassProblems,
  whatLeaves,
  type DataClassProblem,
  type LeavingField,
} from './data-class.js';
export { auditHashOf, verifyChain, type ChainVerdict, type ExportedEntry } from './audit-chain.js';
export { canonicalJson } from './canonical-json.js';
