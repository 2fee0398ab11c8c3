import { defineCommand, type FlagSpecs } from "./command-spec.ts";
import { gatewayFlags } from "./shared-flags.ts";

export const tuiFlags = {
  ...gatewayFlags,
  session: { type: "string", value: "key", summary: "session key or target (default: main)" },
  deliver: { type: "boolean", summary: "deliver replies to the channel" },
  thinking: {
    type: "string",
    value: "level",
    options: ["off", "minimal", "low", "medium", "high", "xhigh"],
    summary: "thinking level",
  },
  message: { type: "string", value: "text", summary: "sent once the history is loaded" },
  "timeout-ms": { type: "integer", value: "ms", unchecked: true, summary: "limit of a run in ms" },
  "history-limit": { type: "integer", value: "n", min: 1, default: 200, summary: "history entries to load" },
} as const satisfies FlagSpecs;

export const tuiCommands = [
  defineCommand({
    id: "tui",
    summary: "Terminal chat interface connected to the Gateway",
    flags: tuiFlags,
    args: [],
    examples: [
      ["openclaw tui", "Chat in the main session."],
      ["openclaw tui --session work --deliver", "Answers also go to that session's channel."],
    ],
    docs: "/tui",
    config: "valid",
    bare: true,
    load: () => import("../commands/tui.ts"),
  }),
] as const;
