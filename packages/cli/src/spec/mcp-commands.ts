import { defineCommand, type FlagSpecs } from "./command-spec.ts";
import { gatewayFlags, json } from "./shared-flags.ts";

const server = { name: "id", summary: "id of the server", required: true } as const;

export const mcpListFlags = { json } as const satisfies FlagSpecs;

export const mcpAddFlags = {
  command: { type: "string", value: "cmd", summary: "program, spoken to over stdio" },
  arg: { type: "string", summary: "argument of the program; may be repeated", multiple: true, separator: "\n" },
  env: {
    type: "string",
    value: "K=V",
    summary: "variable of the program; may be repeated",
    multiple: true,
    separator: "\n",
  },
  cwd: { type: "string", value: "dir", summary: "working directory (default: the agent's workspace)" },
  url: { type: "string", value: "url", summary: "endpoint, spoken to over HTTP" },
  header: {
    type: "string",
    value: "K=V",
    summary: "request header; may be repeated",
    multiple: true,
    separator: "\n",
  },
} as const satisfies FlagSpecs;

export const mcpTestFlags = { json } as const satisfies FlagSpecs;

export const mcpLoginFlags = {
  scope: { type: "string", value: "scopes", summary: "what to ask for, where the server does not say it" },
  "client-id": {
    type: "string",
    value: "id",
    summary: "a client the authorization server knows (default: one is registered)",
  },
  port: { type: "integer", min: 1, summary: "local port the browser is sent back to", defaultText: "a free one" },
  "no-open": { type: "boolean", summary: "open no browser; paste what it was sent to" },
} as const satisfies FlagSpecs;

export const mcpServeFlags = { ...gatewayFlags } as const satisfies FlagSpecs;

export const mcpCommands = [
  defineCommand({
    id: "mcp list",
    summary: "List MCP servers and what the Gateway last knew of them",
    flags: mcpListFlags,
    args: [],
    docs: "/mcp",
    config: "valid",
    load: () => import("../commands/mcp-list.ts"),
  }),
  defineCommand({
    id: "mcp add",
    summary: "Add an MCP server whose tools agents may use",
    flags: mcpAddFlags,
    args: [server],
    examples: [
      ["openclaw mcp add files --command npx --arg -y --arg @example/files-server", "A program on this machine."],
      ["openclaw mcp add wiki --url https://wiki.example/mcp --header X-Team=kitchen", "A service."],
    ],
    docs: "/mcp",
    config: "valid",
    load: () => import("../commands/mcp-add.ts"),
  }),
  defineCommand({
    id: "mcp remove",
    summary: "Remove an MCP server from the configuration",
    flags: {},
    args: [server],
    docs: "/mcp",
    config: "valid",
    load: () => import("../commands/mcp-remove.ts"),
  }),
  defineCommand({
    id: "mcp enable",
    summary: "Let agents use an MCP server again",
    flags: {},
    args: [server],
    docs: "/mcp",
    config: "valid",
    load: () => import("../commands/mcp-enable.ts"),
  }),
  defineCommand({
    id: "mcp disable",
    summary: "Keep an MCP server from being started or contacted",
    flags: {},
    args: [server],
    docs: "/mcp",
    config: "valid",
    load: () => import("../commands/mcp-disable.ts"),
  }),
  defineCommand({
    id: "mcp test",
    summary: "Connect to an MCP server and list its tools",
    flags: mcpTestFlags,
    args: [server],
    docs: "/mcp",
    config: "valid",
    load: () => import("../commands/mcp-test.ts"),
  }),
  defineCommand({
    id: "mcp login",
    summary: "Sign in to an MCP server that wants to know its user (OAuth)",
    flags: mcpLoginFlags,
    args: [server],
    docs: "/mcp",
    config: "valid",
    load: () => import("../commands/mcp-login.ts"),
  }),
  defineCommand({
    id: "mcp logout",
    summary: "Forget the sign-in to an MCP server",
    flags: {},
    args: [server],
    docs: "/mcp",
    config: "valid",
    load: () => import("../commands/mcp-logout.ts"),
  }),
  defineCommand({
    id: "mcp serve",
    summary: "Offer the Gateway's conversations as an MCP server on stdio",
    flags: mcpServeFlags,
    args: [],
    docs: "/mcp",
    config: "valid",
    bare: true,
    light: true,
    load: () => import("../commands/mcp-serve.ts"),
  }),
] as const;
