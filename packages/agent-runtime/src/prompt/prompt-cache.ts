import type { Logger } from "@openclaw/log";
import type { ModelAlias, ModelRef } from "@openclaw/models";
import { formatModelRef } from "@openclaw/models";
import type { Tool } from "@openclaw/plugin-sdk";
import { isSubagentKey, type SessionEntry, sessionKeyRest, sessionKind } from "@openclaw/sessions";
import type { Clock } from "@openclaw/storage";
import type { RunSkills } from "../run/run-skills.ts";
import type { RuntimeConfig } from "../run/runtime-config.ts";
import { sandboxMode } from "../sandbox/sandbox-config.ts";
import type { SandboxPrompt } from "../sandbox/sandbox-prompt.ts";
import { defaultAgentId } from "../workspace/workspace-dir.ts";
import { type ProjectContextOptions, readProjectContext } from "./project-context.ts";
import { createProjectContextStamps } from "./project-context-stamp.ts";
import { findRepoRoot, type HostInfo, runtimeLine } from "./runtime-line.ts";
import { buildSystemPrompt } from "./system-prompt.ts";
import { type SystemPromptReport, systemPromptReport } from "./system-prompt-report.ts";
import { toolList } from "./tool-list.ts";

const defaultMaxChars = 20_000;
/** Prompts kept at once; a Gateway has few combinations of agent, model and channel in use. */
const maxCached = 32;

/** What tells one system prompt from another. */
export interface PromptRequest {
  config: RuntimeConfig;
  sessionKey: string;
  agentId: string;
  entry: SessionEntry | undefined;
  workspaceDir: string;
  tools: readonly Tool[];
  model: ModelRef;
  defaultModel: ModelRef;
  aliases: readonly ModelAlias[];
  reasoningTags: boolean;
  thinking: string;
  reasoning: string;
  channel: string | undefined;
  /** Tags of what the channel can show. */
  capabilities?: readonly string[];
  extra: string | undefined;
  voice: string | undefined;
  skills?: RunSkills | undefined;
  sandbox: SandboxPrompt | undefined;
  /** Contents of workspace files that stand in place of those on the disk. */
  replaced?: Readonly<Record<string, string>> | undefined;
}

export interface BuiltPrompt {
  text: string;
  /** Of text and tool schemas together, in tokens (characters / 4). */
  tokens: number;
  report: SystemPromptReport;
}

export interface PromptCache {
  /** The system prompt; built anew only when something it depends on has changed. */
  get(request: PromptRequest): BuiltPrompt;
}

export function createPromptCache(options: { host: HostInfo; cwd: string; clock: Clock; log: Logger }): PromptCache {
  const cached = new Map<string, { stamp: string; built: BuiltPrompt }>();
  const configIds = new WeakMap<RuntimeConfig, number>();
  const stampOf = createProjectContextStamps({ now: Date.now });
  let configs = 0;
  const hostTimeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

  return {
    get(request) {
      const { config } = request;
      const configId = configIds.get(config) ?? ++configs;
      configIds.set(config, configId);
      const files = contextOptions(request);
      const key = JSON.stringify([
        configId,
        request.agentId,
        files,
        request.tools.map((tool) => tool.name),
        request.model,
        request.defaultModel,
        request.thinking,
        request.reasoning,
        request.channel,
        request.capabilities,
        request.extra,
        request.voice,
        request.skills?.id,
        isSubagentKey(request.sessionKey),
        request.sandbox,
      ]);
      const stamp = stampOf(files);
      const known = cached.get(key);
      if (known?.stamp === stamp) {
        // The most recently used stand at the end.
        cached.delete(key);
        cached.set(key, known);
        return known.built;
      }
      const built = build(request, files);
      cached.delete(key);
      cached.set(key, { stamp, built });
      const oldest = cached.keys().next();
      if (cached.size > maxCached && oldest.done !== true) cached.delete(oldest.value);
      return built;
    },
  };

  function build(request: PromptRequest, fileOptions: ProjectContextOptions): BuiltPrompt {
    const { config, tools, sessionKey, agentId } = request;
    const files = readProjectContext(fileOptions);
    for (const file of files.filter((candidate) => candidate.truncated)) {
      options.log.warn(
        `${file.name} is longer than the prompt may hold; ${file.injectedChars} of ${file.rawChars} characters are used`,
        {
          sessionKey,
          path: file.path,
        },
      );
    }
    const defaults = config.agents?.defaults;
    const model = formatModelRef(request.model);
    const subagent = isSubagentKey(sessionKey);
    const text = buildSystemPrompt({
      mode: subagent ? "minimal" : "full",
      tools,
      modelAliases: Object.fromEntries(request.aliases.map(({ alias, ref }) => [alias, formatModelRef(ref)])),
      timeZone: validTimeZone(defaults?.userTimezone) ?? hostTimeZone,
      workspaceDir: request.workspaceDir,
      owners: owners(config, request.channel),
      files,
      sandbox: request.sandbox,
      skills: request.skills?.prompt,
      extra: request.extra,
      voice: request.voice,
      reasoningTags: request.reasoningTags,
      reasoningLevel: request.reasoning,
      heartbeatPrompt: agentId === defaultAgentId(config) ? defaults?.heartbeat?.prompt : undefined,
      runtimeLine: runtimeLine({
        agentId,
        host: options.host,
        repoRoot: findRepoRoot(defaults?.repoRoot, request.workspaceDir, options.cwd),
        model,
        defaultModel: formatModelRef(request.defaultModel),
        channel: request.channel,
        capabilities: request.capabilities,
        thinking: request.thinking,
      }),
    });
    const report = systemPromptReport({
      source: "run",
      now: options.clock.now(),
      provider: request.model.provider,
      model: request.model.model,
      workspaceDir: request.workspaceDir,
      bootstrapMaxChars: fileOptions.maxChars,
      prompt: text,
      files,
      sandbox: { mode: sandboxMode(config, agentId), sandboxed: request.sandbox !== undefined },
      tools,
      toolListChars: toolList(tools).length,
      skills: subagent ? undefined : request.skills,
    });
    return { text, report, tokens: Math.ceil((text.length + report.tools.schemaChars) / 4) };
  }
}

function contextOptions(request: PromptRequest): ProjectContextOptions {
  return {
    workspaceDir: request.workspaceDir,
    maxChars: request.config.agents?.defaults?.bootstrapMaxChars ?? defaultMaxChars,
    ...shownFiles(request.sessionKey, request.entry),
    sandboxDir: request.sandbox?.workdir,
    replaced: request.replaced,
  };
}

/** Which workspace files a session is shown. */
export function shownFiles(
  sessionKey: string,
  entry: SessionEntry | undefined,
): Pick<ProjectContextOptions, "subagent" | "memory"> {
  return { subagent: isSubagentKey(sessionKey), memory: isPrivate(sessionKey, entry) };
}

/** Conversations with the user alone: direct chats, and sessions that are named after no source at all. */
function isPrivate(sessionKey: string, entry: SessionEntry | undefined): boolean {
  if (sessionKind(sessionKey, entry) === "group") return false;
  const rest = sessionKeyRest(sessionKey);
  return !rest.includes(":") || /(^|:)(direct|dm):/.test(rest);
}

/** Entries may carry a channel's name in front; those of other channels do not count here. */
function owners(config: RuntimeConfig, channel: string | undefined): string[] {
  const entries = (config.commands?.ownerAllowFrom ?? [])
    .map(String)
    .filter((entry) => entry.trim() !== "" && entry !== "*");
  return entries.flatMap((entry) => {
    const match = /^([a-z][a-z0-9_-]*):(.+)$/i.exec(entry.trim());
    if (match === null) return [entry.trim()];
    return match[1]?.toLowerCase() === channel ? [match[2] ?? ""] : [];
  });
}

function validTimeZone(zone: string | undefined): string | undefined {
  if (zone === undefined || zone.trim() === "") return undefined;
  try {
    return Intl.DateTimeFormat("en", { timeZone: zone.trim() }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
