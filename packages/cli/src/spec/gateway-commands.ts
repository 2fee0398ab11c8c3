import { defineCommand, type FlagSpecs } from "./command-spec.ts";
import { gatewayFlags, json, timeoutFlag, tlsFingerprintFlag } from "./shared-flags.ts";

export const gatewayStatusFlags = {
  ...gatewayFlags,
  ...tlsFingerprintFlag,
  timeout: timeoutFlag(10_000),
  "no-probe": { type: "boolean", summary: "skip the live probe" },
  deep: { type: "boolean", summary: "ask the Gateway for its health as well" },
  json,
} as const satisfies FlagSpecs;

export const gatewayCallFlags = {
  params: { type: "string", value: "json", default: "{}", summary: "JSON object of parameters" },
  ...gatewayFlags,
  ...tlsFingerprintFlag,
  timeout: timeoutFlag(10_000),
  "expect-final": { type: "boolean", summary: "wait for the final response" },
  json,
} as const satisfies FlagSpecs;

export const gatewayHealthFlags = {
  ...gatewayFlags,
  ...tlsFingerprintFlag,
  timeout: timeoutFlag(10_000),
  "expect-final": { type: "boolean", summary: "wait for the final response" },
  json,
} as const satisfies FlagSpecs;

export const gatewayUsageCostFlags = {
  days: { type: "integer", summary: "number of days, today included", default: 30, min: 1 },
  ...gatewayFlags,
  timeout: timeoutFlag(10_000),
  "expect-final": { type: "boolean", summary: "wait for the final response" },
  json,
} as const satisfies FlagSpecs;

export const gatewayProbeFlags = {
  ...gatewayFlags,
  ...tlsFingerprintFlag,
  ssh: { type: "string", value: "target", summary: "also through an SSH tunnel to user@host[:port]" },
  "ssh-identity": { type: "string", value: "file", summary: "SSH identity file" },
  "ssh-auto": { type: "boolean", summary: "derive the SSH target from discovery" },
  timeout: timeoutFlag(3000),
  json,
} as const satisfies FlagSpecs;

export const gatewayDiscoverFlags = {
  timeout: { type: "string", value: "ms", unchecked: true, summary: "timeout in ms", default: "2000" },
  json,
} as const satisfies FlagSpecs;

/** Values are checked in the order the Gateway's start has, so the parser leaves them alone. */
export const foregroundFlags = {
  port: {
    type: "integer",
    unchecked: true,
    summary: "port to listen on",
    defaultText: "OPENCLAW_GATEWAY_PORT, gateway.port or 18789",
  },
  bind: {
    type: "string",
    value: "mode",
    unchecked: true,
    options: ["loopback", "lan", "tailnet", "auto", "custom"],
    summary: "which addresses to listen on",
    defaultText: "gateway.bind or loopback",
  },
  auth: {
    type: "string",
    value: "mode",
    unchecked: true,
    options: ["token", "password"],
    summary: "what clients must present",
    defaultText: "gateway.auth.mode",
  },
  token: { type: "string", value: "token", summary: "shared token, also for child processes" },
  password: { type: "string", value: "password", summary: "shared password, also for child processes" },
  tailscale: {
    type: "string",
    value: "mode",
    unchecked: true,
    options: ["off", "serve", "funnel"],
    summary: "Tailscale exposure",
    defaultText: "gateway.tailscale.mode",
  },
  "tailscale-reset-on-exit": { type: "boolean", summary: "undo the Tailscale exposure on exit" },
  "allow-unconfigured": { type: "boolean", summary: "start even when gateway.mode is not local" },
  dev: { type: "boolean", summary: "create a development config and workspace when missing" },
  reset: { type: "boolean", summary: "with --dev: remove config, credentials, sessions and workspace first" },
  force: { type: "boolean", summary: "end what listens on the port first" },
  verbose: { type: "boolean", summary: "debug lines on the console" },
  "claude-cli-logs": { type: "boolean", summary: "show only claude-cli lines on the console" },
  "ws-log": {
    type: "string",
    value: "style",
    unchecked: true,
    options: ["auto", "full", "compact"],
    default: "auto",
    summary: "WebSocket log style",
  },
  compact: { type: "boolean", summary: "same as --ws-log compact" },
  "raw-stream": { type: "boolean", summary: "write the events of model answers to a file" },
  "raw-stream-path": {
    type: "string",
    value: "file",
    summary: "file for --raw-stream",
    defaultText: "<state>/logs/raw-stream.jsonl",
  },
} as const satisfies FlagSpecs;

const foreground = {
  flags: foregroundFlags,
  args: [],
  docs: "/cli/gateway",
  light: true,
  config: "none",
  load: () => import("../commands/gateway-run.ts"),
} as const;

export const gatewayCommands = [
  defineCommand({
    ...foreground,
    id: "gateway",
    summary: "Run the Gateway in the foreground (same as run)",
    examples: [
      ["openclaw gateway", "Run the Gateway with the configured settings."],
      ["openclaw gateway --port 19001 --verbose", "Another port, and what happens on the console."],
    ],
  }),
  defineCommand({ ...foreground, id: "gateway run", summary: "Run the Gateway in the foreground" }),
  defineCommand({
    id: "gateway status",
    summary: "Live probe of the Gateway",
    flags: gatewayStatusFlags,
    args: [],
    docs: "/cli/gateway",
    light: true,
    config: "any",
    load: () => import("../commands/gateway-status.ts"),
  }),
  defineCommand({
    id: "gateway call",
    summary: "Call any Gateway RPC method",
    flags: gatewayCallFlags,
    args: [{ name: "method", summary: "name of the method", required: true }],
    examples: [["openclaw gateway call sessions.list --params '{\"limit\":5}'", "The five sessions used last."]],
    docs: "/cli/gateway",
    light: true,
    config: "any",
    bare: true,
    load: () => import("../commands/gateway-call.ts"),
  }),
  defineCommand({
    id: "gateway health",
    summary: "Health snapshot over RPC",
    flags: gatewayHealthFlags,
    args: [],
    docs: "/cli/gateway",
    light: true,
    config: "any",
    load: () => import("../commands/gateway-health.ts"),
  }),
  defineCommand({
    id: "gateway usage-cost",
    summary: "What the calls of models have cost, day by day",
    flags: gatewayUsageCostFlags,
    args: [],
    docs: "/cli/gateway",
    config: "any",
    load: () => import("../commands/gateway-usage-cost.ts"),
  }),
  defineCommand({
    id: "gateway probe",
    summary: "Probe every known gateway target and summarise",
    flags: gatewayProbeFlags,
    args: [],
    docs: "/cli/gateway",
    config: "any",
    load: () => import("../commands/gateway-probe.ts"),
  }),
  defineCommand({
    id: "gateway discover",
    summary: "Find gateways with Bonjour",
    flags: gatewayDiscoverFlags,
    args: [],
    docs: "/cli/gateway",
    config: "any",
    load: () => import("../commands/gateway-discover.ts"),
  }),
] as const;
