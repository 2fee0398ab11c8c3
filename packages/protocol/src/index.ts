export { authorize, type Caller, missingScope, requiredScope } from "./authorize.ts";
export { checkParams, invalidParams, unsupportedParams } from "./check-params.ts";
export {
  type ConnectChallenge,
  type ConnectParams,
  connectChallenge,
  connectParams,
  type HelloOk,
  helloOk,
} from "./connect.ts";
export {
  type CheckedParams,
  type MethodContract,
  type MethodScope,
  type MethodSpec,
  method,
  type ScopeRule,
} from "./contract.ts";
export { normaliseCronAdd, normaliseCronUpdate } from "./cron-input.ts";
export type { CronEvent, CronJob, CronJobCreate, CronJobPatch, CronRunEntry } from "./cron-job.ts";
export { cronJobCreate } from "./cron-job.ts";
export { type EventContract, type Events, events, type PayloadOf } from "./events.ts";
export { type ExecApprovalRequest, type ExecApprovalsFile, type ExecDecision, execDecisions } from "./exec-approval.ts";
export {
  type EventFrame,
  errorShape,
  eventFrame,
  type Frame,
  type ResponseFrame,
  requestFrame,
  responseFrame,
} from "./frames.ts";
export type { Health, Heartbeat, PresenceEntry, Snapshot, StateVersion } from "./health.ts";
export { jsonSchema } from "./json-schema.ts";
export type { ChatMessage, ContentPart } from "./message.ts";
export {
  advertisedMethods,
  findMethod,
  isMethodName,
  type MethodName,
  type Methods,
  methods,
  type ParamsInput,
  type ParamsOf,
  type ResultOf,
  type V3ParamsInput,
} from "./methods.ts";
export type { DeviceRequest, NodeRequest, NodeRow, PairedDevice, PairedNode } from "./pairing.ts";
export { expectedValues, formatProblems } from "./problems.ts";
export type { AgentEvent, ChatEvent, ToolStreamData } from "./run.ts";
export type { SessionRow, WireSessionEntry } from "./session-row.ts";
export type { UsageTotals } from "./usage.ts";
export * from "./wire.ts";
