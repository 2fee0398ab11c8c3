import { defineCommand, type FlagSpecs } from "./command-spec.ts";

export const nodeRunFlags = {
  host: { type: "string", value: "host", summary: "gateway host", defaultText: "that of the last run, or 127.0.0.1" },
  port: {
    type: "integer",
    value: "port",
    summary: "gateway port",
    min: 1,
    defaultText: "that of the last run, or 18789",
  },
  tls: { type: "boolean", summary: "connect with TLS" },
  "tls-fingerprint": { type: "string", value: "sha256", summary: "accept this certificate alone; implies --tls" },
  "node-id": { type: "string", value: "id", summary: "another node id; drops what was paired before" },
  "display-name": { type: "string", value: "name", summary: "node display name", defaultText: "the host name" },
} as const satisfies FlagSpecs;

export const nodeCommands = [
  defineCommand({
    id: "node run",
    summary: "Run the node host in the foreground",
    flags: nodeRunFlags,
    args: [],
    examples: [
      ["openclaw node run --host gateway.lan --display-name Workshop", "Lends this machine's commands to a Gateway."],
    ],
    docs: "/nodes",
    config: "any",
    light: true,
    load: () => import("../commands/node-run.ts"),
  }),
] as const;
