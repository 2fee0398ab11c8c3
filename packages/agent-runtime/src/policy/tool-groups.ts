/** Tools of the core, in the order in which they are sent to models: provider caches depend on it. */
export const coreToolOrder = [
  "read",
  "edit",
  "write",
  "apply_patch",
  "exec",
  "process",
  "browser",
  "canvas",
  "nodes",
  "cron",
  "message",
  "tts",
  "gateway",
  "agents_list",
  "sessions_list",
  "sessions_history",
  "sessions_send",
  "sessions_spawn",
  "session_status",
  "web_search",
  "web_fetch",
  "image",
  "memory_search",
  "memory_get",
] as const;

const sessions = ["sessions_list", "sessions_history", "sessions_send", "sessions_spawn", "session_status"];
const memory = ["memory_search", "memory_get"];
const web = ["web_search", "web_fetch"];
const fs = ["read", "write", "edit", "apply_patch"];
const runtime = ["exec", "process"];

/** Names that stand for several tools in policies. `group:plugins` depends on what is installed. */
export const toolGroups: Readonly<Record<string, readonly string[]>> = {
  "group:fs": fs,
  "group:runtime": runtime,
  "group:sessions": sessions,
  "group:memory": memory,
  "group:web": web,
  "group:ui": ["browser", "canvas"],
  "group:automation": ["cron", "gateway"],
  "group:messaging": ["message"],
  "group:nodes": ["nodes"],
  "group:openclaw": [
    "browser",
    "canvas",
    "nodes",
    "cron",
    "message",
    "gateway",
    "agents_list",
    ...sessions,
    ...memory,
    ...web,
    "image",
  ],
};

export type ToolProfile = "minimal" | "coding" | "messaging" | "full";

/** What a profile allows; undefined means everything. */
export const toolProfiles: Readonly<Record<ToolProfile, readonly string[] | undefined>> = {
  minimal: ["session_status"],
  coding: [...fs, ...runtime, ...sessions, ...memory, "image"],
  messaging: ["message", "sessions_list", "sessions_history", "sessions_send", "session_status"],
  full: undefined,
};

/** What subagents never get, whatever is allowed elsewhere. */
export const subagentDenied: readonly string[] = [
  "sessions_list",
  "sessions_history",
  "sessions_send",
  "sessions_spawn",
  "gateway",
  "agents_list",
  "whatsapp_login",
  "session_status",
  "cron",
  "memory_search",
  "memory_get",
];
