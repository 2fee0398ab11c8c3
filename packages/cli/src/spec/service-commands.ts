import { type AnyCommand, defineCommand, type FlagSpecs } from "./command-spec.ts";
import { json } from "./shared-flags.ts";

/** Checked by the commands, whose words for a bad value are older than the parser's. */
const port = { type: "integer", unchecked: true, summary: "port" } as const;
const runtime = {
  type: "string",
  options: ["node", "bun"],
  unchecked: true,
  default: "node",
  summary: "what runs the service",
} as const;
const force = { type: "boolean", summary: "reinstall over an existing service" } as const;

export const gatewayInstallFlags = {
  port: { ...port, summary: "port of the Gateway", defaultText: "OPENCLAW_GATEWAY_PORT, gateway.port or 18789" },
  runtime,
  token: { type: "string", value: "token", summary: "token of the Gateway", defaultText: "gateway.auth.token" },
  force,
  json,
} as const satisfies FlagSpecs;

export const nodeInstallFlags = {
  host: { type: "string", value: "host", summary: "host of the Gateway" },
  port: { ...port, summary: "port of the Gateway" },
  tls: { type: "boolean", summary: "connect with TLS" },
  "tls-fingerprint": { type: "string", value: "sha256", summary: "expected certificate fingerprint" },
  "node-id": { type: "string", value: "id", summary: "override the node id" },
  "display-name": { type: "string", value: "name", summary: "name of this node" },
  runtime,
  force,
  json,
} as const satisfies FlagSpecs;

export const serviceJsonFlags = { json } as const satisfies FlagSpecs;

const action = (
  kind: "gateway" | "node",
  verb: "uninstall" | "start" | "stop" | "restart",
  summary: string,
): AnyCommand =>
  defineCommand({
    id: `${kind} ${verb}`,
    summary,
    flags: serviceJsonFlags,
    args: [],
    docs: `/cli/${kind}`,
    config: kind === "gateway" ? "any" : "valid",
    load: async () => (await import("../services/service-action.ts")).serviceAction(kind, verb),
  });

export const serviceCommands: readonly AnyCommand[] = [
  defineCommand({
    id: "gateway install",
    summary: "Install the Gateway background service",
    flags: gatewayInstallFlags,
    args: [],
    examples: [
      ["openclaw gateway install", "Runs the Gateway in the background, also after a restart of the machine."],
    ],
    docs: "/cli/gateway",
    config: "any",
    load: () => import("../commands/gateway-install.ts"),
  }),
  action("gateway", "uninstall", "Remove the Gateway background service"),
  action("gateway", "start", "Start the installed Gateway service"),
  action("gateway", "stop", "Stop the Gateway service"),
  action("gateway", "restart", "Restart the background service (gateway run stays in the foreground)"),
  defineCommand({
    id: "node status",
    summary: "Show the node host service state",
    flags: serviceJsonFlags,
    args: [],
    docs: "/cli/node",
    config: "valid",
    load: () => import("../commands/node-status.ts"),
  }),
  defineCommand({
    id: "node install",
    summary: "Install the node host service",
    flags: nodeInstallFlags,
    args: [],
    docs: "/cli/node",
    config: "valid",
    load: () => import("../commands/node-install.ts"),
  }),
  action("node", "uninstall", "Remove the node host service"),
  action("node", "start", "Start the node host service"),
  action("node", "stop", "Stop the node host service"),
  action("node", "restart", "Restart the node host service"),
];
