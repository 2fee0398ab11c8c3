export {
  type AllowRules,
  type AnalysisOptions,
  analyzeArguments,
  analyzeCommand,
  type CommandAnalysis,
  type ProgramUse,
  pathsToAllow,
} from "./command-analysis.ts";
export {
  type ElevatedAccess,
  type ElevatedConfig,
  type ElevatedGate,
  type ElevatedLevel,
  type ElevatedSender,
  elevatedAccess,
  elevatedLevel,
  elevatedLevels,
  elevatedRefusal,
} from "./elevated.ts";
export {
  decideExec,
  decideUnanswered,
  type ExecAsk,
  type ExecDecision,
  type ExecHost,
  type ExecSecurity,
  type ExecVerdict,
  execAsks,
  execDecisions,
  execHosts,
  execSecurities,
  stricterAsk,
  stricterSecurity,
} from "./exec-rules.ts";
export {
  type AgentApprovals,
  type AllowlistEntry,
  type ApprovalsFile,
  ApprovalsFileError,
  type ApprovalsPolicy,
  parseApprovals,
  readApprovals,
} from "./file/approvals-file.ts";
export { type ExecPolicy, effectivePolicy, type RequestedPolicy } from "./file/approvals-policy.ts";
export {
  ApprovalsConflictError,
  type ApprovalsState,
  type ApprovalsStore,
  type ApprovalsStoreOptions,
  openApprovalsStore,
} from "./file/approvals-store.ts";
export { type ExecutablePlace, findExecutable } from "./programs/find-executable.ts";
export { defaultSafeBins } from "./programs/safe-bins.ts";
export { changesWhatRuns, isForbiddenVariable } from "./shell/variables.ts";
