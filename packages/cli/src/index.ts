export {
  type CallOptions,
  type CallStage,
  connectGateway,
  GatewayCallError,
  type GatewayConnection,
  gatewayCall,
  withGateway,
} from "./call/gateway-call.ts";
export { type GatewayTarget, resolveTarget, type TargetFlags, type TargetInput } from "./call/gateway-target.ts";
export { globalFlagHelp } from "./parse/global-flag-help.ts";
export { CliError, UsageError } from "./run/cli-error.ts";
export type { CommandContext, SpawnProgram, Terminal } from "./run/command-context.ts";
export { type RunCliOptions, runCli } from "./run/run-cli.ts";
export {
  type AnyCommand,
  type ArgumentSpec,
  type CommandInput,
  type CommandModule,
  type CommandSpec,
  type ConfigNeed,
  defineCommand,
  type FlagSpec,
  type FlagSpecs,
  flagUsage,
  type GroupSpec,
} from "./spec/command-spec.ts";
export { aliases, childrenOf, commands, findNode, groups, type TreeNode } from "./spec/command-tree.ts";
export { restoreTerminal } from "./terminal/restore-terminal.ts";
