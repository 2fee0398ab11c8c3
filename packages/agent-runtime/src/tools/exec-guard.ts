import { randomUUID } from "node:crypto";
import { basename } from "node:path";
import {
  type ApprovalsFile,
  analyzeCommand,
  type CommandAnalysis,
  decideExec,
  decideUnanswered,
  defaultSafeBins,
  type ElevatedAccess,
  type ExecAsk,
  type ExecDecision,
  type ExecHost,
  type ExecPolicy,
  type ExecSecurity,
  effectivePolicy,
  elevatedLevel,
  elevatedRefusal,
  pathsToAllow,
  stricterAsk,
  stricterSecurity,
} from "@openclaw/approvals";
import type { Logger } from "@openclaw/log";
import type { ExecApprovals } from "./exec-approvals.ts";
import type { ExecRules } from "./exec-rules.ts";

/** How long people have to answer, in milliseconds. */
const approvalTimeoutMs = 120_000;

/** A command as it is about to be run. */
export interface ExecCall {
  command: string;
  cwd: string;
  /** The whole environment of the command. */
  env: NodeJS.ProcessEnv;
  /** The variables the model asked for. */
  requestedEnv: Readonly<Record<string, string>>;
  /** The model's own wishes, which can only tighten. */
  requested: ExecRules;
  elevated?: boolean | undefined;
}

export type ExecPermission =
  /** Run it there: `sandbox` in a session that has none is the Gateway's machine without approvals. */
  | { kind: "run"; host: Exclude<ExecHost, "node"> }
  /** A node is to be asked, which has rules of its own. */
  | { kind: "node"; security: ExecSecurity; ask: ExecAsk }
  | { kind: "refused"; text: string }
  | PendingExec;

/** A person is asked; the command is to be run when `decided` says so. */
export interface PendingExec {
  kind: "pending";
  id: string;
  /** For the model. */
  text: string;
  details: Record<string, unknown>;
  /** `text` of a refusal is the line for the session. Never settles when the program stops before an answer. */
  decided: Promise<{ kind: "run" } | { kind: "refused"; text: string }>;
}

/** Says whether a command may run. The exec tool asks before it starts anything. */
export interface ExecGuard {
  check(call: ExecCall): Promise<ExecPermission>;
}

export interface ExecGuardOptions {
  /** `tools.exec` with the agent's and the session's settings over it; read at every call. */
  config: () => ExecRules & { safeBins?: readonly string[] };
  agentId: string;
  sessionKey: string;
  channel: string;
  /** Whether the commands of the session run in a sandbox unless elevated. */
  sandboxed: boolean;
  /** Whether the sender may use elevated mode, and the levels in force. Absent: nobody may. */
  elevated?: () => ElevatedSettings;
  /** Absent where there are no approvals: what needs one is refused. */
  approvals?: ExecApprovals;
  platform: NodeJS.Platform;
  log: Logger;
}

export interface ElevatedSettings {
  access: ElevatedAccess;
  inline?: string | undefined;
  session?: string | undefined;
  configured?: string | undefined;
}

export function createExecGuard(options: ExecGuardOptions): ExecGuard {
  return {
    async check(call) {
      const configured = options.config();
      const elevation = elevate(call, options);
      if ("refused" in elevation) return refused(elevation.refused);

      const ownHost = configured.host ?? "sandbox";
      const { host: wanted = ownHost } = call.requested;
      // Out of its sandbox a session gets with elevated mode alone, whatever host is configured or chosen by /exec.
      const needed = options.sandboxed && elevation.level === "off" ? "sandbox" : ownHost;
      if (!elevation.asked && (wanted !== needed || ownHost !== needed)) {
        return refused(`exec host not allowed (requested ${wanted}; configure tools.exec.host=${needed} to allow).`);
      }
      const host = elevation.level === "off" ? ownHost : "gateway";
      switch (host) {
        case "node":
          return {
            kind: "node",
            security: stricterSecurity(configured.security ?? "allowlist", call.requested.security),
            ask: stricterAsk(configured.ask ?? "on-miss", call.requested.ask),
          };
        case "sandbox":
          return configured.security === "deny" || call.requested.security === "deny"
            ? refused("exec denied: host=sandbox security=deny")
            : { kind: "run", host };
        case "gateway": {
          const full = elevation.level === "full";
          const security = full
            ? "full"
            : stricterSecurity(configured.security ?? "allowlist", call.requested.security);
          const ask = full ? "off" : stricterAsk(configured.ask ?? "on-miss", call.requested.ask);
          if (elevation.level !== "off") {
            options.log.info(`elevated command in ${options.sessionKey}: ${call.command.slice(0, 120)}`);
          }
          return full ? { kind: "run", host } : onGateway(call, { security, ask }, configured.safeBins, options);
        }
        default:
          return host satisfies never;
      }
    },
  };
}

type Elevation = { level: "off" | "ask" | "full"; asked: boolean };

/** Elevation leads out of the sandbox; without a sandbox it changes nothing, but only who may use it may ask for it. */
function elevate(call: ExecCall, options: ExecGuardOptions): Elevation | { refused: string } {
  const { sandboxed, channel, sessionKey } = options;
  const asked = call.elevated === true;
  const settings = options.elevated?.() ?? { access: { allowed: false, failing: ["allowFrom"] } };
  if (asked && !settings.access.allowed) {
    return { refused: elevatedRefusal({ failing: settings.access.failing, sandboxed, channel, sessionKey }) };
  }
  if (asked && (settings.inline ?? settings.session) === "off") {
    return { refused: "elevated is switched off for this session (/elevated off); the user can switch it on again." };
  }
  if (!sandboxed || call.elevated === false) return { level: "off", asked };
  const level = elevatedLevel(settings.access, settings);
  if (level === "full") return { level, asked };
  return { level: asked || level !== "off" ? "ask" : "off", asked };
}

async function onGateway(
  call: ExecCall,
  rules: Required<Pick<ExecRules, "security" | "ask">>,
  safeBins: readonly string[] = defaultSafeBins,
  options: ExecGuardOptions,
): Promise<ExecPermission> {
  const state = await options.approvals?.store.read();
  const file: ApprovalsFile = state?.file ?? { version: 1 };
  const policy = effectivePolicy(file, options.agentId, rules);
  if (policy.security === "deny") {
    const why = state?.problem === undefined ? "" : ` (${state.path} cannot be used: ${state.problem})`;
    return refused(`exec denied: host=gateway security=deny${why}`);
  }
  const analysis = analyzeCommand(call.command, {
    cwd: call.cwd,
    env: call.env,
    platform: options.platform,
    shell: shellName(call.env),
    variables: Object.keys(call.requestedEnv),
    rules: { patterns: policy.allowlist.map(({ pattern }) => pattern), safeBins },
  });
  const verdict = decideExec(policy, analysis.satisfied);
  switch (verdict.kind) {
    case "deny":
      return refused(
        verdict.reason === "allowlist-miss" ? "exec denied: allowlist miss" : "exec denied: host=gateway security=deny",
      );
    case "ask":
      return askFirst(call, policy, analysis, options);
    case "run":
      if (policy.security === "allowlist") await recordUse(call.command, analysis, options);
      return { kind: "run", host: "gateway" };
    default:
      return verdict satisfies never;
  }
}

async function askFirst(
  call: ExecCall,
  policy: ExecPolicy,
  analysis: CommandAnalysis,
  options: ExecGuardOptions,
): Promise<ExecPermission> {
  const { agentId, sessionKey, approvals } = options;
  if (approvals?.desk === undefined) {
    return refused(
      `exec denied: this command needs an approval (security=${policy.security}, ask=${policy.ask}), and nobody can be ` +
        "asked here. Send the message through a running Gateway, or add the program with `openclaw approvals allowlist add`.",
    );
  }
  const id = randomUUID();
  const denied = (reason: string) => `Exec denied (gateway id=${id}, ${reason}): ${call.command}`;
  let asked: Awaited<ReturnType<typeof approvals.desk.ask>>;
  try {
    asked = await approvals.desk.ask({
      id,
      command: shownCommand(call),
      cwd: call.cwd,
      host: "gateway",
      security: policy.security,
      ask: policy.ask,
      agentId,
      resolvedPath: analysis.programs[0]?.path ?? null,
      sessionKey,
      timeoutMs: approvalTimeoutMs,
    });
  } catch (error) {
    options.log.error(`the approval of a command in ${sessionKey} could not be asked for`, { error: String(error) });
    return refused(denied("approval-request-failed"));
  }
  const { expiresAtMs } = asked;
  const slug = id.slice(0, 8);
  return {
    kind: "pending",
    id,
    text: `Approval required (id ${slug}). Approve to run; updates will arrive after completion.`,
    details: {
      status: "approval-pending",
      approvalId: id,
      approvalSlug: slug,
      expiresAtMs,
      host: "gateway",
      command: call.command,
      cwd: call.cwd,
    },
    decided: asked.decision.then(async (decision) => {
      const reason = reasonToDeny(decision, policy, analysis.satisfied);
      if (reason !== undefined) return { kind: "refused" as const, text: denied(reason) };
      if (decision === "allow-always" && policy.security === "allowlist") await allowAlways(analysis, options);
      await recordUse(call.command, analysis, options);
      return { kind: "run" as const };
    }),
  };
}

function reasonToDeny(decision: ExecDecision | null, policy: ExecPolicy, satisfied: boolean): string | undefined {
  switch (decision) {
    case "allow-once":
    case "allow-always":
      return undefined;
    case "deny":
      return "user-denied";
    case null:
      if (decideUnanswered(policy.askFallback, satisfied) === "run") return undefined;
      return policy.askFallback === "allowlist" ? "approval-timeout (allowlist-miss)" : "approval-timeout";
    default:
      return decision satisfies never;
  }
}

/** The command was approved in any case; that it will be asked for again is said in the log. */
async function allowAlways(analysis: CommandAnalysis, options: ExecGuardOptions): Promise<void> {
  try {
    await options.approvals?.store.allow(options.agentId, pathsToAllow(analysis));
  } catch (error) {
    options.log.error("an approval for ever could not be kept", { error: String(error) });
  }
}

async function recordUse(command: string, analysis: CommandAnalysis, options: ExecGuardOptions): Promise<void> {
  const uses = analysis.programs.flatMap(({ path, patterns }) =>
    path === undefined ? [] : patterns.map((pattern) => ({ pattern, path })),
  );
  if (uses.length === 0) return;
  try {
    await options.approvals?.store.recordUse(options.agentId, command, uses);
  } catch (error) {
    options.log.warn("the use of an allowlist entry could not be noted", { error: String(error) });
  }
}

/** The command with the variables it gets in front, so that nobody approves what they have not seen. */
function shownCommand({ command, requestedEnv }: ExecCall): string {
  const variables = Object.entries(requestedEnv).map(([name, value]) => `${name}='${value.replaceAll("'", "'\\''")}'`);
  return [...variables, command].join(" ");
}

/** The shell that is given the command; models write POSIX shell, so fish is passed over. */
function shellName(env: NodeJS.ProcessEnv): string {
  if (!env.SHELL) return "sh";
  return basename(env.SHELL) === "fish" ? "bash" : env.SHELL;
}

function refused(text: string): ExecPermission {
  return { kind: "refused", text };
}
