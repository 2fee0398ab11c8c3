import { defineCommand, type FlagSpecs } from "./command-spec.ts";
import { gatewayFlags, json } from "./shared-flags.ts";

export const agentFlags = {
  message: { type: "string", char: "m", value: "text", required: true, summary: "message text" },
  to: { type: "string", char: "t", value: "number", summary: "chat to use, in E.164 form" },
  "session-id": { type: "string", value: "id", summary: "session to use" },
  agent: { type: "string", value: "id", summary: "agent to use; its main session" },
  thinking: {
    type: "string",
    value: "level",
    options: ["off", "minimal", "low", "medium", "high", "xhigh"],
    summary: "thinking level, kept for the session",
  },
  verbose: {
    type: "string",
    value: "level",
    options: ["on", "full", "off"],
    summary: "verbosity, kept for the session",
  },
  channel: { type: "string", value: "channel", summary: "channel of the chat", defaultText: "whatsapp" },
  "reply-to": { type: "string", value: "target", summary: "message or target to reply to" },
  "reply-channel": { type: "string", value: "channel", summary: "channel for the delivery" },
  "reply-account": { type: "string", value: "account", summary: "account for the delivery" },
  local: { type: "boolean", summary: "run in this process, without a Gateway" },
  deliver: { type: "boolean", summary: "send the reply to the channel" },
  json,
  timeout: {
    type: "integer",
    value: "seconds",
    summary: "limit of the turn in seconds",
    defaultText: "agents.defaults.timeoutSeconds or 600",
    min: 1,
    refusal: "--timeout must be a positive integer (seconds)",
  },
  ...gatewayFlags,
} as const satisfies FlagSpecs;

export const agentCommands = [
  defineCommand({
    id: "agent",
    summary: "Run one agent turn through the Gateway",
    flags: agentFlags,
    args: [],
    examples: [
      ['openclaw agent --agent main --message "Summarise my notes"', "One turn in the main session."],
      ['openclaw agent --session-id 6f0c… --message "Go on" --thinking high', "Continue a session and let it think."],
      ['openclaw agent --local --agent main --message "hi" --json', "Without a Gateway, with the whole result."],
    ],
    docs: "/cli/agent",
    config: "valid",
    load: () => import("../commands/agent.ts"),
  }),
] as const;
