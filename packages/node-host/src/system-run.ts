import { randomUUID } from "node:crypto";
import { basename } from "node:path";
import {
  type ApprovalsStore,
  analyzeArguments,
  analyzeCommand,
  type CommandAnalysis,
  decideExec,
  defaultSafeBins,
  effectivePolicy,
  pathsToAllow,
} from "@openclaw/approvals";
import type { Logger } from "@openclaw/log";
import { z } from "zod";
import { invalidRequest, NodeFailure } from "./node-failure.ts";
import { runEnvironment } from "./run-environment.ts";
import { type RunEnd, runProcess, type Spawn } from "./run-process.ts";

/** So much of the output is told to the session, in characters. */
const toldChars = 20_000;

const text = z.string();
const params = z.looseObject({
  command: z.array(text).default([]),
  rawCommand: text.nullable().optional(),
  cwd: text.nullable().optional(),
  env: z.record(text, text).nullable().optional(),
  timeoutMs: z.number().min(0).nullable().optional(),
  needsScreenRecording: z.boolean().nullable().optional(),
  agentId: text.nullable().optional(),
  sessionKey: text.nullable().optional(),
  approved: z.boolean().nullable().optional(),
  approvalDecision: z.enum(["allow-once", "allow-always"]).nullable().optional(),
  runId: text.nullable().optional(),
});
type RunRequest = z.output<typeof params>;

export interface SystemRunOptions {
  approvals: ApprovalsStore;
  /** `tools.exec.safeBins` of this machine, where it has them. */
  safeBins: () => readonly string[] | undefined;
  /** Programs the Gateway's skills bring along. */
  skillBins: () => Promise<readonly string[]>;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  spawn: Spawn;
  log: Logger;
  /** Tells the Gateway. */
  tell(event: "exec.started" | "exec.finished" | "exec.denied", payload: Record<string, unknown>): void;
  /** Ends commands that run. */
  signal: AbortSignal;
}

/**
 * Runs a command if the approvals file of this machine lets it, or a person has.
 * @throws NodeFailure when it is not run
 */
export async function systemRun(raw: unknown, options: SystemRunOptions): Promise<RunEnd> {
  const read = params.safeParse(raw ?? {});
  if (!read.success) {
    const issue = read.error.issues[0];
    throw invalidRequest(`${issue?.path.join(".") || "params"}: ${issue?.message}`);
  }
  const request = read.data;
  const { command: argv } = request;
  if (argv.length === 0 || argv[0] === "") throw invalidRequest("command required");
  const rawCommand = request.rawCommand?.trim() || undefined;
  if (rawCommand !== undefined && !executes(argv, rawCommand)) {
    throw invalidRequest("rawCommand does not match command");
  }
  const shown = rawCommand ?? argv.join(" ");
  const runId = request.runId?.trim() || randomUUID();
  const about = { sessionKey: request.sessionKey ?? undefined, runId, host: "node", command: shown };
  const deny = (reason: string, failure: NodeFailure): NodeFailure => {
    options.tell("exec.denied", { ...about, reason });
    return failure;
  };

  const agentId = request.agentId?.trim() || "main";
  const { env, taken } = runEnvironment(options.env, request.env ?? {});
  const { file } = await options.approvals.read();
  const policy = effectivePolicy(file, agentId);
  if (policy.security === "deny") {
    throw deny("security=deny", new NodeFailure("SYSTEM_RUN_DISABLED", "security=deny"));
  }
  const analysis = await analyse(request, rawCommand, { env, taken, policy }, options);
  const verdict = decideExec(policy, analysis.satisfied);
  const approved = request.approved === true || request.approvalDecision != null;
  if (verdict.kind === "ask" && !approved) {
    throw deny("approval-required", new NodeFailure("SYSTEM_RUN_DENIED", "approval required"));
  }
  if (verdict.kind === "deny" && !approved) {
    throw deny("allowlist-miss", new NodeFailure("SYSTEM_RUN_DENIED", "allowlist miss"));
  }
  if (request.approvalDecision === "allow-always" && policy.security === "allowlist") {
    await noted(options.approvals.allow(agentId, pathsToAllow(analysis)), options.log);
  }
  if (policy.security === "allowlist") await noted(recordUse(agentId, shown, analysis, options.approvals), options.log);
  refuseWithoutApp(options);
  // Only a desktop app is given this permission.
  if (request.needsScreenRecording === true) throw new NodeFailure("PERMISSION_MISSING", "screenRecording");

  options.tell("exec.started", about);
  const end = await runProcess({
    argv,
    cwd: request.cwd?.trim() || undefined,
    env,
    timeoutMs: request.timeoutMs ? request.timeoutMs : undefined,
    platform: options.platform,
    spawn: options.spawn,
    signal: options.signal,
  });
  const { exitCode, timedOut, success, stdout, stderr, error } = end;
  const output = [stdout, stderr, error ?? ""].filter((part) => part !== "").join("\n");
  const tail = output.slice(-toldChars).toWellFormed();
  options.tell("exec.finished", { ...about, exitCode, timedOut, success, output: tail });
  return end;
}

/** Commands that must run in the desktop app cannot: this host has no connection to one. */
function refuseWithoutApp({ env, platform }: SystemRunOptions): void {
  const required = env.OPENCLAW_NODE_EXEC_HOST === "app";
  if (required || (platform === "darwin" && env.OPENCLAW_NODE_EXEC_FALLBACK === "0")) {
    throw new NodeFailure("COMPANION_APP_UNAVAILABLE", "macOS app exec host unreachable");
  }
}

/** Whether a text is what the arguments run: the script of a shell that is known, or the words themselves. */
function executes(argv: readonly string[], rawCommand: string): boolean {
  const [program = "", ...args] = argv;
  if (argv.join(" ") === rawCommand) return true;
  const name = basename(program).toLowerCase();
  if (program === "/bin/sh" && (args[0] === "-lc" || args[0] === "-c")) {
    return args.length === 2 && args[1] === rawCommand;
  }
  const switches = args.slice(0, 3).map((arg) => arg.toLowerCase());
  const isCmd = name === "cmd.exe" && switches.join(" ") === "/d /s /c";
  return isCmd && args.slice(3).join(" ") === rawCommand;
}

async function analyse(
  request: RunRequest,
  rawCommand: string | undefined,
  about: { env: NodeJS.ProcessEnv; taken: string[]; policy: ReturnType<typeof effectivePolicy> },
  options: SystemRunOptions,
): Promise<CommandAnalysis> {
  const { policy, env, taken } = about;
  const analysisOptions = {
    cwd: request.cwd?.trim() || process.cwd(),
    env,
    platform: options.platform,
    variables: taken,
    rules: {
      patterns: policy.allowlist.map(({ pattern }) => pattern),
      safeBins: options.safeBins() ?? defaultSafeBins,
      skillBins: policy.autoAllowSkills ? await options.skillBins() : [],
    },
  };
  const isScript = rawCommand !== undefined && request.command.join(" ") !== rawCommand;
  return isScript ? analyzeCommand(rawCommand, analysisOptions) : analyzeArguments(request.command, analysisOptions);
}

function recordUse(agentId: string, command: string, { programs }: CommandAnalysis, approvals: ApprovalsStore) {
  const uses = programs.flatMap(({ path, patterns }) =>
    path === undefined ? [] : patterns.map((pattern) => ({ pattern, path })),
  );
  return uses.length === 0 ? Promise.resolve() : approvals.recordUse(agentId, command, uses);
}

/** The command is allowed in any case; what could not be written is said in the log. */
async function noted(work: Promise<unknown>, log: Logger): Promise<void> {
  try {
    await work;
  } catch (error) {
    log.warn("the approvals file could not be changed", { error: String(error) });
  }
}
