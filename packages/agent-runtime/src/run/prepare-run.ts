import type { ModelRef, ResolvedModel } from "@openclaw/models";
import type { Tool } from "@openclaw/plugin-sdk";
import type { SessionEntry } from "@openclaw/sessions";
import type { BuiltPrompt } from "../prompt/prompt-cache.ts";
import type { RunRequest } from "./run-request.ts";
import { sessionModel, thinkingLevel } from "./run-setup.ts";
import type { RuntimeParts } from "./runtime-parts.ts";

/** A run with everything it needs to ask the model. */
export interface PreparedRun {
  model: ResolvedModel;
  thinking: string;
  workspaceDir: string;
  tools: readonly Tool[];
  prompt: BuiltPrompt;
}

/** The model a run is to use: its own, the session's, the agent's default. */
export async function chooseModel(
  request: RunRequest,
  entry: SessionEntry | undefined,
  parts: RuntimeParts,
): Promise<ModelRef> {
  return request.model ?? sessionModel(entry) ?? parts.models.defaultRef(request.agentId);
}

/** Resolves model, workspace, tools and system prompt. Throws what the models throw. */
export async function prepareRun(
  request: Pick<RunRequest, "sessionKey" | "agentId" | "channel" | "extraSystemPrompt" | "thinking"> &
    Partial<Pick<RunRequest, "runId" | "lane" | "sender" | "withoutTools">>,
  entry: SessionEntry | undefined,
  ref: ModelRef,
  parts: RuntimeParts,
): Promise<PreparedRun> {
  const { sessionKey, agentId, channel } = request;
  const model = await parts.models.resolve(ref);
  const defaultModel = await parts.models.defaultRef(agentId);
  const workspaceDir = await parts.workspace(agentId);
  const config = parts.config();
  const thinking = thinkingLevel(request.thinking, entry, config, model);
  const scope = {
    agentId,
    sessionKey,
    workspaceDir,
    ...(channel === undefined ? {} : { channel }),
    ...(request.runId === undefined ? {} : { runId: request.runId }),
    lane: request.lane ?? "main",
    ...(request.sender === undefined ? {} : { sender: request.sender }),
  };
  const tools = parts.toolsFor(scope, model.info).filter((tool) => request.withoutTools?.includes(tool.name) !== true);
  const prompt = parts.prompts.get({
    config,
    sessionKey,
    agentId,
    entry,
    workspaceDir,
    tools,
    model: model.ref,
    defaultModel,
    aliases: parts.models.aliases(),
    reasoningTags: model.reasoningTags,
    thinking,
    channel,
    extra: request.extraSystemPrompt,
  });
  return { model, thinking, workspaceDir, tools, prompt };
}
