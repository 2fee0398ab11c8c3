import { defineCommand, type FlagSpecs } from "./command-spec.ts";
import { json } from "./shared-flags.ts";

const gmail = {
  topic: { type: "string", value: "topic", summary: "Pub/Sub topic", defaultText: "gog-gmail-watch" },
  subscription: { type: "string", value: "name", summary: "Pub/Sub subscription", defaultText: "gog-gmail-watch-push" },
  label: { type: "string", value: "label", summary: "Gmail label", defaultText: "INBOX" },
  "hook-url": { type: "string", value: "url", summary: "where mails are posted", defaultText: "/hooks/gmail here" },
  "hook-token": { type: "string", value: "token", summary: "token of the hooks" },
  "push-token": { type: "string", value: "token", summary: "token of the pushes" },
  bind: { type: "string", value: "host", summary: "address that takes the pushes", defaultText: "127.0.0.1" },
  port: { type: "integer", value: "port", min: 1, summary: "port that takes the pushes", defaultText: "8788" },
  path: { type: "string", value: "path", summary: "path that takes the pushes", defaultText: "/gmail-pubsub" },
  "include-body": { type: "boolean", summary: "pass on the text of mails (the default)" },
  "max-bytes": { type: "integer", value: "n", min: 1, summary: "longest text of a mail", defaultText: "20000" },
  "renew-minutes": {
    type: "integer",
    value: "n",
    min: 1,
    summary: "how often the watch is renewed",
    defaultText: "720",
  },
  tailscale: {
    type: "string",
    value: "mode",
    options: ["off", "serve", "funnel"],
    summary: "how the endpoint is reached from outside",
  },
  "tailscale-path": { type: "string", value: "path", summary: "path to publish" },
  "tailscale-target": { type: "string", value: "target", summary: "what is published" },
} as const satisfies FlagSpecs;

export const gmailSetupFlags = {
  account: { type: "string", value: "email", required: true, summary: "Gmail address" },
  project: { type: "string", value: "id", summary: "Google Cloud project" },
  ...gmail,
  "push-endpoint": {
    type: "string",
    value: "url",
    summary: "address for Google's pushes, where Tailscale is not used",
  },
  json,
} as const satisfies FlagSpecs;
export const gmailRunFlags = {
  account: { type: "string", value: "email", summary: "Gmail address" },
  ...gmail,
} as const satisfies FlagSpecs;

const common = { args: [], docs: "/automation" } as const;

export const webhooksCommands = [
  defineCommand({
    id: "webhooks gmail setup",
    summary: "Create topic, subscription, watch and hook configuration",
    flags: gmailSetupFlags,
    ...common,
    config: "valid",
    load: () => import("../commands/webhooks-gmail-setup.ts"),
  }),
  defineCommand({
    id: "webhooks gmail run",
    summary: "Take pushes and renew the watch in the foreground",
    flags: gmailRunFlags,
    ...common,
    config: "valid",
    load: () => import("../commands/webhooks-gmail-run.ts"),
  }),
] as const;
