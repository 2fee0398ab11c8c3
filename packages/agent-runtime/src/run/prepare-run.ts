import type { ModelRef, ResolvedModel } from "@openclaw/models";
import type { Tool } from "@openclaw/plugin-sdk";
import type { SessionEntry } from "@openclaw/sessions";
import type { LevelValues } from "../levels/level-words.ts";
import { resolveLevels } from "../levels/resolve-levels.ts";
import { replacedFiles } from "../prompt/bootstrap-files.ts";
import { channelCapabilities } from "../prompt/channel-capabilities.ts";
import type { BuiltPrompt } from "../prompt/prompt-cache.ts";
import { shownFiles } from "../prompt/prompt-cache.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { sandboxPrompt } from "../sandbox/sandbox-prompt.ts";
import { elevatedSettings } from "./elevated-settings.ts";
import type { RunPlugins } from "./run-plugins.ts";
import type { RunRequest, RunSettings } from "./run-request.ts";
import { sessionModel } from "./run-setup.ts";
import type { RuntimeParts } from "./runtime-parts.ts";

/** A run with everything it needs to ask the model. */
export interface PreparedRun {
  model: ResolvedModel;
  thinking: string;
  levels: LevelValues;
  workspaceDir: string;
  /** Where its tools run, when that is not this machine. */
  sandbox: Sandbox | undefined;
  tools: readonly Tool[];
  prompt: BuiltPrompt;
  /** What plugins add to it. */
  plugins: RunPlugins | undefined;
}

/** A run's request once what its message asks for is known. */
export type SettledRequest<R extends Partial<RunRequest> = RunRequest> = Omit<R, "settings"> & {
  settings?: RunSettings;
};

/** The model a run is to use: its message's, its own, the session's, the agent's default. */
export async function chooseModel(
  request: Pick<SettledRequest, "sessionKey" | "model" | "agentId" | "settings">,
  entry: SessionEntry | undefined,
  parts: RuntimeParts,
): Promise<ModelRef> {
  const asked = request.settings?.model ?? request.model;
  if (asked) return asked;
  const chosen = sessionModel(request.sessionKey, entry, parts.sessions);
  // What was allowed when it was chosen may not be any more.
  return chosen && parts.models.isAllowed(chosen) ? chosen : parts.models.defaultRef(request.agentId);
}

/**
 * Resolves model, workspace, sandbox, tools and system prompt. Throws what the models throw, and `SandboxError`. Without
 * `start` the sandbox is only looked at: its tools could not run. `profile` is the auth profile requests are signed with.
 */
export async function prepareRun(
  request: Pick<SettledRequest, "sessionKey" | "agentId" | "channel" | "extraSystemPrompt" | "thinking" | "settings"> &
    Partial<Pick<SettledRequest, "runId" | "lane" | "sender" | "withoutTools">> & { accountId?: string },
  entry: SessionEntry | undefined,
  ref: ModelRef,
  parts: RuntimeParts,
  options: { start: boolean; signal?: AbortSignal; profile?: string | undefined },
): Promise<PreparedRun> {
  const { sessionKey, agentId, channel } = request;
  const model = await parts.models.resolve(ref, { agentId, profile: options.profile });
  const defaultModel = await parts.models.defaultRef(agentId);
  const agentWorkspaceDir = await parts.workspace(agentId);
  const sandbox = await parts.sandboxes.forRun({ sessionKey, agentId, agentWorkspaceDir }, options);
  const workspaceDir = sandbox?.workspaceDir ?? agentWorkspaceDir;
  const config = parts.config();
  const { settings, sender } = request;
  const elevated = elevatedSettings(
    config,
    { agentId, ...(channel === undefined ? {} : { channel }), ...(sender === undefined ? {} : { sender }) },
    entry?.elevatedLevel,
  );
  const levels = resolveLevels(
    { inline: { thinking: request.thinking, ...settings?.levels }, entry, config },
    { modelReasons: model.info.reasoning, elevatedAllowed: elevated.access.allowed },
  );
  const only = entry?.placeRules?.skills;
  const skills =
    sandbox === undefined
      ? await parts.skillsOf({ agentId, workspaceDir, ...(only === undefined ? {} : { only }) })
      : undefined;
  const scope = {
    agentId,
    sessionKey,
    workspaceDir,
    levels,
    ...(channel === undefined ? {} : { channel }),
    ...(request.accountId === undefined ? {} : { accountId: request.accountId }),
    ...(request.runId === undefined ? {} : { runId: request.runId }),
    lane: request.lane ?? "main",
    ...(sender === undefined ? {} : { sender }),
    ...(settings?.exec === undefined ? {} : { exec: settings.exec }),
    ...(settings?.levels?.elevated === undefined ? {} : { elevated: settings.levels.elevated }),
    ...(sandbox === undefined ? {} : { sandbox }),
    ...(skills === undefined ? {} : { commandEnv: skills.env }),
  };
  const pluginsNow = parts.plugins();
  const plugins = pluginsNow instanceof Promise ? await pluginsNow : pluginsNow;
  const externalNow = model.program ? [] : parts.externalTools(agentId, options);
  const external = externalNow instanceof Promise ? await externalNow : externalNow;
  const tools = model.program
    ? []
    : parts
        .toolsFor(scope, model.info, plugins, external)
        .filter((tool) => request.withoutTools?.includes(tool.name) !== true);
  const hint = parts.voiceHint?.(entry?.ttsAuto);
  const voice = hint === undefined ? undefined : await hint;
  const shownSandbox =
    sandbox === undefined ? undefined : sandboxPrompt(sandbox, elevatedSettings(config, scope, entry?.elevatedLevel));
  const replaced = parts.bootstrap?.listens()
    ? await replacedFiles(
        parts.bootstrap,
        { workspaceDir, agentId, sessionKey, sessionId: entry?.sessionId },
        { ...shownFiles(sessionKey, entry), sandboxDir: shownSandbox?.workdir },
      )
    : undefined;
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
    thinking: levels.thinking,
    reasoning: levels.reasoning,
    channel,
    capabilities: channelCapabilities(config, channel, entry?.lastAccountId),
    extra: request.extraSystemPrompt,
    voice,
    skills,
    sandbox: shownSandbox,
    ...(replaced === undefined ? {} : { replaced }),
  });
  return { model, thinking: levels.thinking, levels, workspaceDir, sandbox, tools, prompt, plugins };
}
