import type { Tool } from "@openclaw/plugin-sdk";
import { coreToolOrder } from "../policy/tool-groups.ts";

const promptOrder: readonly string[] = [
  "read",
  "write",
  "edit",
  "apply_patch",
  "grep",
  "find",
  "ls",
  "exec",
  "process",
  "web_search",
  "web_fetch",
  "browser",
  "canvas",
  "nodes",
  "cron",
  "message",
  "gateway",
  "agents_list",
  "sessions_list",
  "sessions_history",
  "sessions_send",
  "session_status",
  "image",
];

const summaries: Readonly<Record<string, string>> = {
  read: "show a file",
  write: "create or replace a file",
  edit: "change one place in a file",
  apply_patch: "change several files with one patch",
  exec: "run a shell command, in the background when it takes long",
  process: "follow and steer commands in the background",
  web_search: "search the web",
  web_fetch: "read a web page",
  image: "look at a picture",
  message: "send a message to this or another chat",
  gateway: "restart OpenClaw, read or change its configuration",
  agents_list: "agents that sessions_spawn may start",
  sessions_list: "sessions of this assistant",
  sessions_history: "last messages of another session",
  sessions_send: "say something to another session",
  sessions_spawn: "start a subagent for a task in the background",
  session_status: "date and time, model and usage of a session",
};

/** A tool of the core in a few words. */
export function toolInWords(name: string): string | undefined {
  return Object.hasOwn(summaries, name) ? summaries[name] : undefined;
}

/** The tools as the prompt lists them, one line each. */
export function toolList(tools: readonly Tool[]): string {
  return sortTools(tools, promptOrder)
    .map((tool) => `- ${tool.name}: ${summaries[tool.name] ?? firstLine(tool.description)}`)
    .join("\n");
}

/** The tools as they are sent to models. The order never changes, so that provider caches stay valid. */
export function sendOrder(tools: readonly Tool[]): Tool[] {
  return sortTools(tools, coreToolOrder);
}

function sortTools(tools: readonly Tool[], order: readonly string[]): Tool[] {
  const rank = (tool: Tool) => {
    const at = order.indexOf(tool.name);
    return at < 0 ? order.length : at;
  };
  return [...tools].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0]?.trim() ?? "";
}
