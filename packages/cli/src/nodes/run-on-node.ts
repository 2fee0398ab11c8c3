import { randomUUID } from "node:crypto";
import {
  type AnalysisOptions,
  analyzeArguments,
  analyzeCommand,
  decideExec,
  defaultSafeBins,
  type ExecAsk,
  type ExecSecurity,
  effectivePolicy,
  execAsks,
  execSecurities,
  pathsToAllow,
  readApprovals,
} from "@openclaw/approvals";
import type { OpenClawConfig } from "@openclaw/config";
import type { NodeRow } from "@openclaw/protocol";
import { recordOf, textOf } from "../commands/payload.ts";
import type { NodesSession } from "./nodes-call.ts";

/** How long somebody has to approve a command, ms. */
const approvalMs = 120_000;
const slackMs = 10_000;

export interface NodeRun {
  node: NodeRow;
  /** A shell command, or words that are run as they are. */
  raw: string | undefined;
  argv: readonly string[];
  cwd: string | undefined;
  env: Readonly<Record<string, string>>;
  agentId: string | undefined;
  security: ExecSecurity | undefined;
  ask: ExecAsk | undefined;
  commandTimeoutMs: number | undefined;
  invokeTimeoutMs: number;
  needsScreenRecording: boolean;
}

/** Runs a command on a node, after somebody approved it where that is needed. @throws Error when it is not run */
export async function runOnNode(run: NodeRun, session: NodesSession, config: OpenClawConfig) {
  const { node, raw, agentId, env } = run;
  const windows = /^win/i.test(node.platform ?? "");
  const shell = windows ? ["cmd.exe", "/d", "/s", "/c"] : ["/bin/sh", "-lc"];
  const command = raw === undefined ? run.argv : [...shell, raw];
  const params = {
    command,
    ...(raw === undefined ? {} : { rawCommand: raw }),
    ...(run.cwd === undefined ? {} : { cwd: run.cwd }),
    ...(Object.keys(env).length > 0 ? { env } : {}),
    ...(run.commandTimeoutMs === undefined ? {} : { timeoutMs: run.commandTimeoutMs }),
    ...(agentId === undefined ? {} : { agentId }),
    ...(run.needsScreenRecording ? { needsScreenRecording: true } : {}),
  };
  const approval = await approve(run, session, config);
  return session.invoke({
    nodeId: node.nodeId,
    command: "system.run",
    params: { ...params, ...approval },
    timeoutMs: Math.max(run.invokeTimeoutMs, (run.commandTimeoutMs ?? 0) + 5000),
  });
}

/** Asks where the node's rules or the caller's want it; returns what the command takes along. */
async function approve(run: NodeRun, session: NodesSession, config: OpenClawConfig): Promise<object> {
  const { node, agentId = "main" } = run;
  const exec = config.tools?.exec;
  const wanted = { security: run.security ?? exec?.security, ask: run.ask ?? exec?.ask };
  const answer = recordOf(await session.connection.call("exec.approvals.node.get", { nodeId: node.nodeId }));
  const policy = effectivePolicy(readApprovals(recordOf(answer.file)), agentId, wanted);
  const denied = (why: string) => new Error(`exec denied: ${why}`);
  if (policy.security === "deny") throw denied("host=node security=deny");
  const text = run.raw ?? run.argv.join(" ");
  // Whether somebody must be asked is foretold from here; whether the command runs is decided on the node.
  const analysisOptions: AnalysisOptions = {
    cwd: run.cwd ?? "/",
    env: { PATH: node.pathEnv ?? "" },
    platform: /^win/i.test(node.platform ?? "") ? "win32" : "linux",
    variables: Object.keys(run.env),
    rules: { patterns: policy.allowlist.map(({ pattern }) => pattern), safeBins: exec?.safeBins ?? defaultSafeBins },
  };
  const analysis =
    run.raw === undefined ? analyzeArguments(run.argv, analysisOptions) : analyzeCommand(run.raw, analysisOptions);
  // What needs no approval may still be refused, by the node itself.
  if (decideExec(policy, analysis.satisfied).kind !== "ask") return {};
  const id = randomUUID();
  const shown = [
    ...Object.entries(run.env).map(([name, value]) => `${name}='${value.replaceAll("'", "'\\''")}'`),
    text,
  ];
  const decided = recordOf(
    await session.connection.call(
      "exec.approval.request",
      {
        id,
        command: shown.join(" "),
        cwd: run.cwd,
        host: "node",
        nodeId: node.nodeId,
        security: policy.security,
        ask: policy.ask,
        agentId,
        resolvedPath: pathsToAllow(analysis)[0],
        timeoutMs: approvalMs,
      },
      // Whoever is asked has their two minutes, however short this command line's own limit is.
      { timeoutMs: approvalMs + slackMs + run.invokeTimeoutMs },
    ),
  );
  const decision = textOf(decided.decision);
  if (decision === "deny") throw denied("user denied");
  if (decision === undefined) throw denied("approval required (approval UI not available)");
  return { approved: true, approvalDecision: decision, runId: id };
}

/** @throws Error for words that are no such mode */
export function readModes(flags: { ask: string | undefined; security: string | undefined }) {
  return {
    ask: oneOf("--ask", execAsks, flags.ask),
    security: oneOf("--security", execSecurities, flags.security),
  };
}

function oneOf<V extends string>(name: string, values: readonly V[], given: string | undefined): V | undefined {
  if (given === undefined) return undefined;
  const found = values.find((value) => value === given.trim());
  if (found === undefined) throw new Error(`invalid ${name} (use ${values.join("|")})`);
  return found;
}

/** `K=V` of `--env`. */
export function readEnv(given: string | undefined): Record<string, string> {
  const pairs = (given?.split("\0") ?? []).map((pair) => {
    const at = pair.indexOf("=");
    if (at < 1) throw new Error(`invalid --env ${pair} (use K=V)`);
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  return Object.fromEntries(pairs);
}
