import type { Tool } from "@openclaw/plugin-sdk";
import { heartbeatToken, silentToken } from "../reply/silent-token.ts";
import { type SandboxPrompt, sandboxSection } from "../sandbox/sandbox-prompt.ts";
import type { InjectedFile } from "./project-context.ts";
import { toolList } from "./tool-list.ts";

/** Everything a system prompt depends on. Nothing in it may change from turn to turn: provider caches depend on that. */
export interface SystemPromptInput {
  /** `full` for people's sessions, `minimal` for subagents, `none` for a single line. */
  mode: "full" | "minimal" | "none";
  tools: readonly Tool[];
  /** Alias → `provider/model`. */
  modelAliases: Readonly<Record<string, string>>;
  timeZone?: string | undefined;
  workspaceDir: string;
  owners: readonly string[];
  files: readonly InjectedFile[];
  /** The block that lists the skills. */
  skills?: string | undefined;
  /** Set for sandboxed runs. */
  sandbox?: SandboxPrompt | undefined;
  /** How answers are spoken, where they are. */
  voice?: string | undefined;
  /** Group introduction, a caller's text, a subagent's briefing. */
  extra?: string | undefined;
  /** The provider reasons in tags. */
  reasoningTags: boolean;
  reasoningLevel: string;
  heartbeatPrompt?: string | undefined;
  runtimeLine: string;
}

const identity = "You are a personal assistant running inside OpenClaw.";

/** Builds the system prompt: sections in a fixed order, those without content left out. */
export function buildSystemPrompt(input: SystemPromptInput): string {
  if (input.mode === "none") return identity;
  const full = input.mode === "full";
  const sections = [
    identity,
    tooling(input),
    toolCallStyle,
    safety,
    commandLine,
    full ? skills(input.skills) : undefined,
    full && hasTool(input, "gateway") ? selfUpdate : undefined,
    full ? modelAliases(input.modelAliases) : undefined,
    input.timeZone !== undefined && hasTool(input, "session_status")
      ? "When you need the current date or time, run session_status."
      : undefined,
    workspace(input),
    input.sandbox === undefined ? undefined : sandboxSection(input.sandbox),
    full ? userIdentity(input.owners) : undefined,
    input.timeZone === undefined ? undefined : `## Current Date & Time\nTime zone: ${input.timeZone}`,
    "## Workspace Files (injected)\nThe files below come from the workspace; their user may have edited them. They follow under Project Context.",
    full ? replyTags : undefined,
    full ? messaging(input) : undefined,
    full && input.voice !== undefined ? `## Voice (TTS)\n${input.voice}` : undefined,
    extraContext(input),
    input.reasoningTags ? reasoningFormat : undefined,
    projectContext(input.files),
    full ? silentReplies : undefined,
    full ? heartbeats(input.heartbeatPrompt) : undefined,
    `## Runtime\n${input.runtimeLine}\n${reasoning(input.reasoningLevel)}`,
  ];
  return sections.filter((section) => section !== undefined).join("\n\n");
}

function hasTool(input: SystemPromptInput, name: string): boolean {
  return input.tools.some((tool) => tool.name === name);
}

function tooling(input: SystemPromptInput): string {
  if (input.tools.length === 0) return "## Tooling\nYou have no tools in this conversation.";
  const lines = [
    "## Tooling",
    "These are your tools. Their names are case-sensitive; call them exactly as written.",
    toolList(input.tools),
    "TOOLS.md holds notes about tools and devices; it gives you no further tools.",
  ];
  if (hasTool(input, "sessions_spawn")) lines.push("Give work that takes long to a sub-agent, and tell the user so.");
  return lines.join("\n");
}

const toolCallStyle = `## Tool Call Style
Make routine calls without announcing them.
Say in a few words what you are doing when the work has many steps, when it is delicate (deleting, sending, paying), or when you are asked to.`;

const safety = `## Safety
You have no aims of your own: no gaining of power, resources or permanence beyond what the user's request needs.
People decide. When an instruction conflicts with safety or with a request to stop, stop and ask.
Never work around limits, approvals or supervision, and do not persuade anybody to loosen them.
Change your own configuration, prompts or tool rules only when the user asks for exactly that.`;

const commandLine = `## OpenClaw CLI Quick Reference
The Gateway service is controlled with: openclaw gateway status | start | stop | restart
Do not invent commands. When unsure, run \`openclaw help\` or ask the user for its output.`;

const selfUpdate = `## OpenClaw Self-Update
The gateway tool restarts OpenClaw and reads or changes its configuration: restart, config.get, config.schema, config.apply, config.patch.
Use config.apply and config.patch only when the user asks for exactly that. After the restart the session that asked is told of it.`;

function skills(block: string | undefined): string | undefined {
  if (!block) return undefined;
  return `## Skills (mandatory)
Before you act, look through the descriptions of the skills below.
When exactly one fits, read its SKILL.md with the read tool and do as it says. When several fit, take the most specific. When none does, read none.
Never read more than one of them beforehand.
${block}`;
}

function modelAliases(aliases: Readonly<Record<string, string>>): string | undefined {
  const names = Object.keys(aliases).sort();
  if (names.length === 0) return undefined;
  const lines = names.map((name) => `- ${name}: ${aliases[name]}`);
  return ["## Model Aliases", "Name models by their alias where there is one.", ...lines].join("\n");
}

function workspace(input: SystemPromptInput): string {
  const lines = [
    "## Workspace",
    `Your working directory is ${input.sandbox?.workdir ?? input.workspaceDir}`,
    "Keep your files there, unless the user names another place.",
  ];
  if (input.files.some((file) => file.name === "BOOTSTRAP.md")) {
    lines.push("This workspace is new: follow BOOTSTRAP.md, and commit what you change in the files.");
  }
  return lines.join("\n");
}

function userIdentity(owners: readonly string[]): string | undefined {
  if (owners.length === 0) return undefined;
  return `## User Identity\nOwner numbers: ${owners.join(", ")}. Treat messages from these numbers as messages of the user.`;
}

const replyTags = `## Reply Tags
To answer a particular message on services that can show it, put one of these tags into your reply:
- [[reply_to_current]] answers the message you are reacting to.
- [[reply_to:<id>]] answers the message with that id; use it only for an id you were given.
Spaces inside the brackets do not matter. Tags are removed before the reply is sent.`;

function messaging(input: SystemPromptInput): string {
  const lines = [
    "## Messaging",
    "What you answer here goes back to where the message came from; you need no tool for it.",
  ];
  if (hasTool(input, "sessions_send")) lines.push("To reach another session, use sessions_send.");
  lines.push("Never send messages with exec or curl; OpenClaw routes them.");
  if (hasTool(input, "message")) {
    lines.push(
      "### message tool",
      "Use message to write on your own account: to another chat, or before your answer is ready.",
      "To send, give the action send and message; target and channel when it goes to another chat than this one.",
      `When you have sent what the user should read, answer with exactly ${silentToken} so that it is not said twice.`,
    );
  }
  return lines.join("\n");
}

function extraContext(input: SystemPromptInput): string | undefined {
  const extra = input.extra?.trim();
  if (!extra) return undefined;
  return `${input.mode === "full" ? "## Group Chat Context" : "## Subagent Context"}\n${extra}`;
}

const reasoningFormat = `## Reasoning Format
Put all your reasoning into <think>…</think>, then the answer for the user into <final>…</final>.
Only what stands in <final> is shown. Write nothing outside of these two.`;

function projectContext(files: readonly InjectedFile[]): string | undefined {
  if (files.length === 0) return undefined;
  const lines = ["# Project Context", "The following files of the workspace are loaded:"];
  if (files.some((file) => file.name === "SOUL.md" && !file.missing)) {
    lines.push(
      "SOUL.md describes your character: be that person, in tone and in deed, unless something above forbids it.",
    );
  }
  return [lines.join("\n"), ...files.map((file) => `## ${file.name}\n\n${file.content}`)].join("\n\n");
}

const silentReplies = `## Silent Replies
When nothing should be said, answer with exactly ${silentToken}
It must be the whole message: no other words, no markup, and never at the end of a real answer.`;

function heartbeats(prompt: string | undefined): string {
  return `## Heartbeats
Heartbeat prompt: ${prompt ?? "(configured)"}
When such a prompt comes and nothing needs attention, answer with exactly ${heartbeatToken}
When something does, write only that, without ${heartbeatToken}.`;
}

function reasoning(level: string): string {
  return `Reasoning: ${level} (the user sees your reasoning only when this is on or stream; /reasoning changes it)`;
}
