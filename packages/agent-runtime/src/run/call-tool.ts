import type { Tool, ToolResult } from "@openclaw/plugin-sdk";
import { capResult } from "../loop/tool-result.ts";
import { chooseModel, prepareRun } from "./prepare-run.ts";
import type { RunRequest } from "./run-request.ts";
import type { RuntimeParts } from "./runtime-parts.ts";

/** A call of one tool that a person asked for by a command, or a program by a request. */
export interface ToolCallRequest extends Pick<RunRequest, "sessionKey" | "agentId" | "channel" | "sender"> {
  tool: string;
  args: Readonly<Record<string, unknown>>;
  /** The account of the channel whose rules for groups count. */
  accountId?: string;
  /** The argument `action`, for a tool that has one, where `args` does not say it. */
  action?: string;
  toolCallId: string;
  /** Aborted when nobody waits for the result any more. */
  signal?: AbortSignal;
}

/**
 * Calls a tool without asking a model: with the tools the agent has in this session, their policy, approvals and checks.
 * Undefined when the agent has no such tool. Throws what the tool throws.
 */
export async function callTool(request: ToolCallRequest, parts: RuntimeParts): Promise<ToolResult | undefined> {
  const entry = parts.sessions.get(request.sessionKey);
  const ref = await chooseModel(request, entry, parts);
  const { signal = new AbortController().signal } = request;
  const { tools } = await prepareRun(request, entry, ref, parts, { start: true, signal });
  const tool = tools.find(({ name }) => name === request.tool);
  if (tool === undefined) return undefined;
  const named = request.action !== undefined && hasAction(tool) ? { action: request.action } : {};
  const checked = await parts.checker.check(tool, { ...named, ...request.args });
  if ("problem" in checked) throw new Error(checked.problem);
  return capResult(
    await tool.execute(checked.args, { toolCallId: request.toolCallId, signal, onUpdate: () => undefined }),
  );
}

function hasAction({ parameters }: Tool): boolean {
  const properties: unknown = "properties" in parameters ? parameters.properties : undefined;
  return typeof properties === "object" && properties !== null && Object.hasOwn(properties, "action");
}
