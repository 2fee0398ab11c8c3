import { defineCommand, type FlagSpecs } from "./command-spec.ts";
import { gatewayFlags } from "./shared-flags.ts";

const verbose = { type: "boolean", char: "v", summary: "more detail, on standard error" } as const;

export const acpFlags = {
  ...gatewayFlags,
  "gateway-url": { type: "string", value: "url", summary: "same as --url", hidden: true },
  "gateway-token": { type: "string", value: "token", summary: "same as --token", hidden: true },
  "gateway-password": { type: "string", value: "password", summary: "same as --password", hidden: true },
  session: { type: "string", value: "key", summary: "session key" },
  "session-label": { type: "string", value: "label", summary: "label of the session" },
  "require-existing": { type: "boolean", summary: "fail when the session is not known" },
  "reset-session": { type: "boolean", summary: "begin the session anew before its first use" },
  "no-prefix-cwd": { type: "boolean", summary: "do not put the working directory in front of prompts" },
  verbose,
} as const satisfies FlagSpecs;

export const acpClientFlags = {
  cwd: { type: "string", value: "dir", summary: "working directory" },
  server: { type: "string", value: "cmd", summary: "program to start", default: "openclaw" },
  "server-args": {
    type: "string",
    value: "arg",
    summary: "further argument of the program; may be repeated",
    multiple: true,
    separator: "\n",
  },
  "server-verbose": { type: "boolean", summary: "let the program tell more on standard error" },
  verbose,
} as const satisfies FlagSpecs;

export const acpCommands = [
  defineCommand({
    id: "acp",
    summary: "Bridge for editors: the Agent Client Protocol on stdio",
    flags: acpFlags,
    args: [],
    examples: [["openclaw acp --session agent:main:main", "The editor talks to the main session."]],
    docs: "/cli/acp",
    config: "valid",
    bare: true,
    light: true,
    load: () => import("../commands/acp.ts"),
  }),
  defineCommand({
    id: "acp client",
    summary: "Try the bridge from the terminal",
    flags: acpClientFlags,
    args: [],
    docs: "/cli/acp",
    config: "none",
    load: () => import("../commands/acp-client.ts"),
  }),
] as const;
