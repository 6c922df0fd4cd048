export * from './gen/drawbridge/v1/catalog_pb.js';
export * from './gen/drawbridge/v1/data_class_pb.js';
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
export { hasUnknownFields } from './unknown-fields.js';
