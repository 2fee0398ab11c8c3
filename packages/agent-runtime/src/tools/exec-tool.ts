import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { ExecAsk, ExecSecurity } from "@openclaw/approvals";
import { type Tool, type ToolContext, type ToolResult, textResult } from "@openclaw/plugin-sdk";
import type { Clock } from "@openclaw/storage";
import { LoopInterrupted } from "../loop/loop-events.ts";
import type { Timers } from "../run/timers.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { sandboxLauncher } from "../sandbox/sandbox-launcher.ts";
import type { ApprovedCommands, StartedCommand } from "./approved-command.ts";
import type { CommandLauncher } from "./command-launcher.ts";
import type { ExecApprovalDesk } from "./exec-approvals.ts";
import { execEnvironment } from "./exec-environment.ts";
import type { ExecGuard, PendingExec } from "./exec-guard.ts";
import type { ExecNodes } from "./exec-nodes.ts";
import { backgroundResult, endResult, runningResult } from "./exec-result.ts";
import { type ExecRules, readExecRules } from "./exec-rules.ts";
import { clampYieldMs, type ExecLimits, execSettings } from "./exec-settings.ts";
import { resolveToolPath } from "./file-path.ts";
import type { Job, JobEnd } from "./jobs/job.ts";
import { type JobRegistry, jobScope } from "./jobs/job-registry.ts";
import { createLiveUpdates } from "./live-updates.ts";
import type { CommandListeners, RunningCommand } from "./running-command.ts";
import { spawnCommand } from "./spawn-command.ts";
import { loadTerminalLibrary, spawnTerminal, type TerminalLibrary } from "./spawn-terminal.ts";
import { ToolFailure } from "./tool-failure.ts";

const liveEveryMs = 100;
const quotedCommandChars = 120;

/** The `tools.exec` section of the configuration. */
export interface ExecConfig extends ExecRules, ExecLimits {
  /** Milliseconds after which a running approved command is mentioned; 0 is never. */
  approvalRunningNoticeMs?: number;
  safeBins?: readonly string[];
  pathPrepend?: readonly string[];
  inheritSecrets?: boolean;
  /** The node that commands with host node go to. */
  node?: string;
  /** Whether models that know it get `apply_patch`; a list of models limits it to these. */
  applyPatch?: { enabled?: boolean; allowModels?: readonly string[] };
}

export interface ExecToolOptions {
  agentId: string;
  sessionKey: string;
  workspaceDir: string;
  homeDir: string;
  /** Read at every call, so that a changed configuration counts at once. */
  config: () => ExecConfig;
  /** Asked before anything is started. */
  guard: ExecGuard;
  /** Where commands go that wait for an approval. */
  approved: ApprovedCommands;
  /** The nodes that commands with host node go to. */
  nodes?: ExecNodes;
  /** Asks people about commands for nodes. */
  desk?: ExecApprovalDesk;
  env: NodeJS.ProcessEnv;
  /** Variables that commands on this machine get beside those of `env`. */
  added?: Readonly<Record<string, string>>;
  /** PATH of the user's login shell; asked at the first command. */
  loginPath: () => Promise<string | undefined>;
  /** Names of further environment variables that hold secrets. */
  secretNames?: readonly string[];
  jobs: JobRegistry;
  launcher: CommandLauncher;
  /** Whether commands may go on in the background: only when the model has `process` to follow them. */
  mayBackground: boolean;
  loadTerminal?: () => Promise<TerminalLibrary>;
  clock: Clock;
  timers: Timers;
  platform: NodeJS.Platform;
  /** Where commands run instead of on this machine. */
  sandbox?: Pick<Sandbox, "name" | "launch" | "workdir">;
}

const parameters = {
  type: "object",
  properties: {
    command: { type: "string", description: "The shell command" },
    workdir: { type: "string", description: "Folder to run in; the workspace when absent" },
    env: { type: "object", additionalProperties: { type: "string" }, description: "Further environment variables" },
    timeout: { type: "number", description: "Seconds after which the command is stopped; 0 for no limit" },
    pty: { type: "boolean", description: "Run in a terminal, for programs that insist on one" },
    host: { type: "string", enum: ["sandbox", "gateway", "node"], description: "Where to run; leave out" },
    node: { type: "string", description: "Which node, with host node" },
    security: { type: "string", enum: ["deny", "allowlist", "full"], description: "Can only tighten the setting" },
    ask: { type: "string", enum: ["off", "on-miss", "always"], description: "Can only tighten the setting" },
    elevated: { type: "boolean", description: "Run outside the sandbox, if the sender may" },
  },
  required: ["command"],
} as const;

const backgroundParameters = {
  ...parameters,
  properties: {
    ...parameters.properties,
    yieldMs: { type: "number", description: "Milliseconds to wait before it goes on in the background" },
    background: { type: "boolean", description: "Go on in the background at once" },
  },
} as const;

/** Runs shell commands. A command that takes long goes on in the background, where `process` follows it. */
export function createExecTool(options: ExecToolOptions): Tool {
  return {
    name: "exec",
    label: "Exec",
    description: options.mayBackground
      ? "Run a shell command. Returns its output (stdout and stderr together) when it ends; one that takes longer than " +
        "yieldMs, or with background, goes on in the background and is followed with process."
      : "Run a shell command and wait for it. Returns its output (stdout and stderr together). There is no input.",
    parameters: options.mayBackground ? backgroundParameters : parameters,
    async execute(params, context) {
      const command = typeof params.command === "string" ? params.command : "";
      if (command.trim() === "") throw new ToolFailure("Provide a command to start.");
      if (command.includes("\0")) throw new ToolFailure("command must not contain a zero byte");
      const warnings: string[] = [];
      if (!options.mayBackground && (params.background === true || params.yieldMs !== undefined)) {
        warnings.push("Warning: background execution is disabled; running synchronously.");
      }
      const config = options.config();
      const requested = readExecRules(params);
      const variables = requestedEnv(params.env);
      // A node has folders and rules for variables of its own.
      const onNode = (requested.host ?? config.host) === "node";
      const outside = await placeOutside(onNode ? {} : params, onNode ? {} : variables, options);
      // What is wrong about running on this machine does not matter to a command in the sandbox.
      if ("problem" in outside && options.sandbox === undefined) throw outside.problem;
      const elevated = typeof params.elevated === "boolean" ? params.elevated : undefined;
      const permission = await options.guard.check({
        command,
        cwd: outside.cwd,
        env: outside.env,
        requestedEnv: variables,
        requested,
        elevated,
      });
      if (permission.kind === "refused") throw new ToolFailure(permission.text);
      if (permission.kind === "node") return runOnNode({ params, config, variables, permission }, options);
      const sandbox = permission.kind === "run" && permission.host === "sandbox" ? options.sandbox : undefined;
      if (sandbox === undefined && "problem" in outside) throw outside.problem;
      const place = sandbox === undefined ? outside : placeInside(params, variables, sandbox);
      warnings.push(...place.warnings);
      const { cwd, env } = place;
      const prepared: PreparedCommand = {
        command,
        cwd,
        env,
        pty: params.pty === true,
        launcher:
          sandbox === undefined ? options.launcher : sandboxLauncher(sandbox, () => options.config().pathPrepend),
        jobScope: jobScope(options.agentId, sandbox?.name),
        params,
        config,
        warnings,
      };
      if (permission.kind === "pending") return runOnceApproved(prepared, permission, options);
      return runToResult(prepared, context, options);
    },
  };
}

/** Loaded when the first command goes to a node. */
async function runOnNode(
  call: {
    params: Record<string, unknown>;
    config: ExecConfig;
    variables: Record<string, string>;
    permission: { security: ExecSecurity; ask: ExecAsk };
  },
  options: ExecToolOptions,
): Promise<ToolResult> {
  const { execOnNode } = await import("./exec-on-node.ts");
  const { params, config, variables, permission } = call;
  const text = (value: unknown) => (typeof value === "string" && value.trim() !== "" ? value.trim() : undefined);
  return execOnNode(
    {
      command: String(params.command),
      workdir: text(params.workdir),
      env: variables,
      requestedNode: text(params.node),
      boundNode: text(config.node),
      ...permission,
      safeBins: config.safeBins,
      timeoutSec: timeoutSeconds(params.timeout, execSettings(config, options.env).timeoutSec),
      noticeMs: config.approvalRunningNoticeMs,
      agentId: options.agentId,
      sessionKey: options.sessionKey,
    },
    { nodes: options.nodes, desk: options.desk, approved: options.approved },
  );
}

interface PreparedCommand {
  command: string;
  cwd: string;
  env: NodeJS.ProcessEnv;
  pty: boolean;
  launcher: CommandLauncher;
  /** Who sees it when it goes on in the background. */
  jobScope: string;
  params: Record<string, unknown>;
  config: ExecConfig;
  warnings: string[];
}

/** Answers at once; the command is started when a person has allowed it, perhaps after the end of the run. */
function runOnceApproved(prepared: PreparedCommand, pending: PendingExec, options: ExecToolOptions): ToolResult {
  const { command, warnings, config } = prepared;
  options.approved.run({
    pending,
    command,
    sessionKey: options.sessionKey,
    agentId: options.agentId,
    noticeMs: config.approvalRunningNoticeMs,
    async start(signal): Promise<StartedCommand> {
      const job = await startJob(prepared, options, { notifyOnExit: false, onOutput: () => {} });
      job.background();
      const stop = () => void job.stop("shutdown");
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
      const ended = job.done.then(({ exitCode, exitSignal, stopped }) => {
        signal.removeEventListener("abort", stop);
        return { exitCode, exitSignal, timedOut: stopped === "timeout", output: job.output.text() };
      });
      return { sessionId: job.id, ended };
    },
  });
  return textResult([...warnings, pending.text].join("\n"), pending.details);
}

function startJob(
  prepared: PreparedCommand,
  options: ExecToolOptions,
  more: { notifyOnExit: boolean; onOutput: (job: Job) => void },
): Promise<Job> {
  const { command, cwd, params, config } = prepared;
  const settings = execSettings(config, options.env);
  const timeoutSec = timeoutSeconds(params.timeout, settings.timeoutSec);
  return options.jobs.start({
    scope: prepared.jobScope,
    sessionKey: options.sessionKey,
    command,
    cwd,
    start: (listeners) => start(prepared, listeners, options),
    timeoutMs: timeoutSec === undefined ? undefined : timeoutSec * 1000,
    limits: settings.output,
    retentionMs: settings.retentionMs,
    ...more,
  });
}

/** Starts a command that is allowed and waits for it as long as its run should. */
async function runToResult(
  prepared: PreparedCommand,
  context: ToolContext,
  options: ExecToolOptions,
): Promise<ToolResult> {
  const { params, config, warnings } = prepared;
  const { clock, timers } = options;
  const settings = execSettings(config, options.env);
  const timeoutSec = timeoutSeconds(params.timeout, settings.timeoutSec);
  let current: Job | undefined;
  const live = createLiveUpdates({
    everyMs: liveEveryMs,
    show: () => current !== undefined && context.onUpdate(runningResult(current)),
    clock,
    timers,
  });
  try {
    const job = await startJob(prepared, options, {
      notifyOnExit: settings.notifyOnExit,
      onOutput(writing) {
        current = writing;
        live.changed();
      },
    });
    const yieldMs = options.mayBackground ? yieldAfterMs(params, settings.yieldMs) : undefined;
    const end = await endOrYield(job, yieldMs, context.signal, timers);
    if (end !== undefined) return endResult(job, end, timeoutSec, warnings);
    await options.jobs.background(job);
    return backgroundResult(job, warnings);
  } finally {
    live.close();
  }
}

async function start(
  prepared: PreparedCommand,
  listeners: CommandListeners,
  options: ExecToolOptions,
): Promise<RunningCommand> {
  const { command, cwd, env, launcher, warnings } = prepared;
  const { platform } = options;
  if (prepared.pty) {
    const launch = await launcher.launch({ command, cwd, env, pty: true });
    try {
      const library = await (options.loadTerminal ?? loadTerminalLibrary)();
      return spawnTerminal({ library, launch, platform, listeners });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const quoted = command.replace(/\s+/g, " ").slice(0, quotedCommandChars);
      warnings.push(`Warning: PTY spawn failed (${reason}); retrying without PTY for \`${quoted}\`.`);
    }
  }
  return spawnCommand({
    launch: await launcher.launch({ command, cwd, env, pty: false }),
    platform,
    // Only `process` could write to it; without input a program that reads it ends instead of waiting for ever.
    input: options.mayBackground,
    listeners,
    onWarning: (text) => warnings.push(text),
  });
}

/** Waits for the end of a job, but not longer than the yield window; undefined when it goes on. */
async function endOrYield(
  job: Job,
  yieldMs: number | undefined,
  signal: AbortSignal,
  timers: Timers,
): Promise<JobEnd | undefined> {
  if (job.end !== undefined) return job.end;
  const onAbort = () => void job.stop(signal.reason instanceof LoopInterrupted ? "shutdown" : "abort");
  let cancel = () => {};
  const yielded = new Promise<undefined>((resolve) => {
    if (yieldMs === undefined) return;
    if (yieldMs === 0) resolve(undefined);
    else cancel = timers.after(yieldMs, () => resolve(undefined));
  });
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  try {
    const end = await Promise.race([job.done, yielded]);
    // A command that is being stopped is not worth following.
    return end ?? job.end ?? (signal.aborted ? await job.done : undefined);
  } finally {
    cancel();
    signal.removeEventListener("abort", onAbort);
  }
}

/** Milliseconds a run waits for its command; 0 for not at all. */
function yieldAfterMs(params: Record<string, unknown>, configured: number): number {
  if (params.background === true) return 0;
  const { yieldMs } = params;
  return typeof yieldMs === "number" && !Number.isNaN(yieldMs) ? clampYieldMs(yieldMs) : configured;
}

function workingDirectory(workdir: unknown, options: ExecToolOptions, warnings: string[]): string {
  const named = typeof workdir === "string" && workdir.trim() !== "" ? workdir : undefined;
  const wanted = named === undefined ? options.workspaceDir : resolveToolPath(named, options);
  if (statSync(wanted, { throwIfNoEntry: false })?.isDirectory()) return wanted;
  const fallback = resolve(".");
  warnings.push(`Warning: workdir "${named ?? wanted}" is unavailable; using "${fallback}".`);
  return fallback;
}

/** Where a command runs, and what it finds in its environment. */
interface CommandPlace {
  cwd: string;
  env: NodeJS.ProcessEnv;
  warnings: string[];
}

/** On this machine. With the problem, when the model asked for a variable that it may not set there. */
async function placeOutside(
  params: Record<string, unknown>,
  requested: Record<string, string>,
  options: ExecToolOptions,
): Promise<CommandPlace | (CommandPlace & { problem: unknown })> {
  const warnings: string[] = [];
  const cwd = workingDirectory(params.workdir, options, warnings);
  const { pathPrepend = [], inheritSecrets } = options.config();
  try {
    const env = execEnvironment({
      base: options.env,
      added: options.added ?? {},
      requested,
      loginPath: await options.loginPath(),
      pathPrepend,
      inheritSecrets: inheritSecrets === true,
      secretNames: options.secretNames ?? [],
    });
    return { cwd, env, warnings };
  } catch (problem) {
    return { cwd, env: {}, warnings, problem };
  }
}

/** In the sandbox, where nothing of the Gateway's environment is. */
function placeInside(
  params: Record<string, unknown>,
  requested: Record<string, string>,
  sandbox: Pick<Sandbox, "workdir">,
): CommandPlace {
  const { workdir } = params;
  const named = typeof workdir === "string" && workdir.trim() !== "" ? workdir : undefined;
  const { cwd, warning } = sandbox.workdir(named);
  return { cwd, env: requested, warnings: warning === undefined ? [] : [warning] };
}

function requestedEnv(value: unknown): Record<string, string> {
  const env: Record<string, string> = {};
  if (typeof value !== "object" || value === null) return env;
  for (const [name, item] of Object.entries(value)) {
    if (typeof item !== "string") throw new ToolFailure(`env.${name} must be a string`);
    if (item.includes("\0")) throw new ToolFailure(`env.${name} must not contain a zero byte`);
    env[name] = item;
  }
  return env;
}

/** Seconds, or undefined for none. */
function timeoutSeconds(requested: unknown, configured: number): number | undefined {
  if (typeof requested !== "number" || Number.isNaN(requested)) return configured;
  return requested <= 0 ? undefined : requested;
}
