import { randomUUID } from "node:crypto";
import {
  type AnalysisOptions,
  analyzeCommand,
  decideExec,
  decideUnanswered,
  defaultSafeBins,
  type ExecAsk,
  type ExecPolicy,
  type ExecSecurity,
  effectivePolicy,
} from "@openclaw/approvals";
import { type ToolResult, textResult } from "@openclaw/plugin-sdk";
import type { ApprovedCommands } from "./approved-command.ts";
import type { ExecApprovalDesk } from "./exec-approvals.ts";
import type { ExecNode, ExecNodeEnd, ExecNodeRun, ExecNodes } from "./exec-nodes.ts";
import { ToolFailure } from "./tool-failure.ts";

const approvalTimeoutMs = 120_000;
const minInvokeMs = 10_000;
const slackMs = 5000;
/** So much of the output of an approved command is told to its session, in characters. */
const toldChars = 20_000;

/** A command for a node, as the exec tool was asked for it. */
export interface NodeCommand {
  command: string;
  /** Folder on the node. */
  workdir: string | undefined;
  env: Readonly<Record<string, string>>;
  /** The node the model named, and the one the configuration binds it to. */
  requestedNode: string | undefined;
  boundNode: string | undefined;
  security: ExecSecurity;
  ask: ExecAsk;
  safeBins: readonly string[] | undefined;
  timeoutSec: number | undefined;
  noticeMs: number | undefined;
  agentId: string;
  sessionKey: string;
}

export interface NodeExecOptions {
  nodes: ExecNodes | undefined;
  /** Absent where nobody can be asked. */
  desk: ExecApprovalDesk | undefined;
  approved: ApprovedCommands;
}

/**
 * Runs a command on a node, at once or when a person has approved it.
 * @throws ToolFailure when it is not run, or fails
 */
export async function execOnNode(asked: NodeCommand, options: NodeExecOptions): Promise<ToolResult> {
  const { command, agentId, sessionKey } = asked;
  const node = await chosenNode(asked, options.nodes);
  const { nodes } = options;
  if (nodes === undefined) throw noneAvailable();
  const file = (await nodes.approvals(node.nodeId)) ?? { version: 1 as const };
  const policy = effectivePolicy(file, agentId, { security: asked.security, ask: asked.ask });
  if (policy.security === "deny") throw new ToolFailure("exec denied: host=node security=deny");
  const windows = /^win/i.test(node.platform ?? "");
  const analysis = analyzeCommand(command, analysisOptions(asked, node, policy));
  const timeoutMs = asked.timeoutSec === undefined ? undefined : asked.timeoutSec * 1000;
  const run: ExecNodeRun = {
    nodeId: node.nodeId,
    argv: windows ? ["cmd.exe", "/d", "/s", "/c", command] : ["/bin/sh", "-lc", command],
    rawCommand: command,
    cwd: asked.workdir,
    env: asked.env,
    timeoutMs,
    invokeTimeoutMs: Math.max(minInvokeMs, (timeoutMs ?? 0) + slackMs),
    agentId,
    sessionKey,
    runId: randomUUID(),
  };
  // Whether it may run is decided on the node; from here can be told whether somebody must be asked before.
  if (decideExec(policy, analysis.satisfied).kind !== "ask") return resultOf(await started(nodes, run), run);
  return askFirst(run, asked, { policy, satisfied: analysis.satisfied, path: analysis.programs[0]?.path }, options);
}

async function chosenNode({ requestedNode, boundNode }: NodeCommand, nodes: ExecNodes | undefined): Promise<ExecNode> {
  const runners = (await nodes?.runners()) ?? [];
  if (nodes === undefined || runners.length === 0) throw noneAvailable();
  const find = async (query: string) => {
    try {
      return await nodes.find(query);
    } catch (error) {
      throw new ToolFailure(error instanceof Error ? error.message : String(error));
    }
  };
  const bound = boundNode === undefined ? undefined : await find(boundNode);
  const requested = requestedNode === undefined ? undefined : await find(requestedNode);
  if (bound && requested && bound.nodeId !== requested.nodeId) {
    throw new ToolFailure(`exec node not allowed (bound to ${boundNode})`);
  }
  const chosen = requested ?? bound;
  if (chosen) {
    const runner = runners.find(({ nodeId }) => nodeId === chosen.nodeId);
    if (runner) return runner;
    throw new ToolFailure("exec host=node requires a node that supports system.run; this one does not or is away.");
  }
  const [only, ...others] = runners;
  if (only && others.length === 0) return only;
  throw new ToolFailure(
    "exec host=node requires a node id when multiple nodes are available (set tools.exec.node or exec.node).",
  );
}

function noneAvailable(): ToolFailure {
  return new ToolFailure(
    "exec host=node requires a paired node (none available). Start one with `openclaw node run` on the other machine " +
      "and approve it, or set tools.exec.host to gateway.",
  );
}

function analysisOptions(asked: NodeCommand, node: ExecNode, policy: ExecPolicy): AnalysisOptions {
  return {
    cwd: asked.workdir ?? "/",
    env: { PATH: node.pathEnv ?? "" },
    platform: /^win/i.test(node.platform ?? "") ? "win32" : "linux",
    variables: Object.keys(asked.env),
    rules: {
      patterns: policy.allowlist.map(({ pattern }) => pattern),
      safeBins: asked.safeBins ?? defaultSafeBins,
    },
  };
}

async function started(nodes: ExecNodes, run: ExecNodeRun): Promise<ExecNodeEnd> {
  try {
    return await nodes.run(run);
  } catch (error) {
    throw new ToolFailure(error instanceof Error ? error.message : String(error));
  }
}

/** @throws ToolFailure for a command that did not succeed */
function resultOf({ exitCode, timedOut, success, stdout, stderr, error }: ExecNodeEnd, run: ExecNodeRun): ToolResult {
  const output = [stdout, stderr, error ?? ""].filter((part) => part !== "").join("\n");
  const details = { host: "node", nodeId: run.nodeId, exitCode, timedOut, aggregated: output, cwd: run.cwd };
  if (success) return textResult(output || "(no output)", { status: "completed", ...details });
  const end = timedOut
    ? "Command timed out."
    : exitCode === null
      ? "Command failed."
      : `Command exited with code ${exitCode}`;
  throw new ToolFailure(`${output || "(no output)"}\n\n${end}`, { status: "failed", ...details });
}

async function askFirst(
  run: ExecNodeRun,
  asked: NodeCommand,
  about: { policy: ExecPolicy; satisfied: boolean; path: string | undefined },
  { desk, nodes, approved }: NodeExecOptions,
): Promise<ToolResult> {
  const { command, sessionKey, agentId } = asked;
  const { policy } = about;
  const { nodeId } = run;
  if (desk === undefined || nodes === undefined) {
    throw new ToolFailure("exec denied: host=node: this command needs an approval, and nobody can be asked here.");
  }
  const id = randomUUID();
  const place = `node=${nodeId}`;
  const denied = (reason: string) => `Exec denied (${place} id=${id}, ${reason}): ${command}`;
  const question = await desk
    .ask({
      id,
      command: shown(asked),
      cwd: run.cwd ?? "",
      host: "node",
      nodeId,
      security: policy.security,
      ask: policy.ask,
      agentId,
      resolvedPath: about.path ?? null,
      sessionKey,
      timeoutMs: approvalTimeoutMs,
    })
    .catch(() => {
      throw new ToolFailure(denied("approval-request-failed"));
    });
  let decision: ExecNodeRun["decision"] = "allow-once";
  const text = `Approval required (id ${id.slice(0, 8)}). Approve to run; updates will arrive after completion.`;
  const details = {
    status: "approval-pending",
    approvalId: id,
    approvalSlug: id.slice(0, 8),
    expiresAtMs: question.expiresAtMs,
    host: "node",
    command,
    cwd: run.cwd,
    nodeId,
  };
  approved.run({
    pending: {
      kind: "pending",
      id,
      text,
      details,
      decided: question.decision.then((answer) => {
        if (answer === "deny") return { kind: "refused" as const, text: denied("user-denied") };
        if (answer === null && decideUnanswered(policy.askFallback, about.satisfied) === "deny") {
          return { kind: "refused" as const, text: denied("approval-timeout") };
        }
        decision = answer ?? "allow-once";
        return { kind: "run" as const };
      }),
    },
    command,
    sessionKey,
    agentId,
    place,
    failure: "invoke-failed",
    toldChars,
    noticeMs: asked.noticeMs,
    start: async () => ({
      ended: nodes.run({ ...run, runId: id, decision }).then(({ exitCode, timedOut, stdout, stderr, error }) => ({
        exitCode,
        exitSignal: null,
        timedOut,
        output: [stdout, stderr, error ?? ""].filter((part) => part !== "").join("\n"),
      })),
    }),
  });
  return textResult(text, details);
}

/** The command with the variables it gets in front, so that nobody approves what they have not seen. */
function shown({ command, env }: NodeCommand): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}='${value.replaceAll("'", "'\\''")}'`);
  return [...variables, command].join(" ");
}
