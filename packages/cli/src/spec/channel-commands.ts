import { defineCommand, type FlagSpecs } from "./command-spec.ts";
import { json, timeoutFlag } from "./shared-flags.ts";

const channel = { type: "string", value: "id", summary: "channel id" } as const;
const account = { type: "string", value: "id", summary: "account id of the channel" } as const;
const place = { channel, account } as const;

export const channelsListFlags = {
  "no-usage": { type: "boolean", summary: "skip usage snapshots" },
  json,
} as const satisfies FlagSpecs;
export const channelsStatusFlags = {
  probe: { type: "boolean", summary: "run live checks" },
  timeout: timeoutFlag(10_000),
  json,
} as const satisfies FlagSpecs;
export const channelsCapabilitiesFlags = {
  ...place,
  target: { type: "string", value: "chat", summary: "chat whose permissions are shown (discord)" },
  timeout: timeoutFlag(10_000),
  json,
} as const satisfies FlagSpecs;
export const channelsResolveFlags = {
  ...place,
  kind: { type: "string", options: ["auto", "user", "group"], default: "auto", summary: "kind of target" },
  json,
} as const satisfies FlagSpecs;
export const channelsLogsFlags = {
  channel: { ...channel, default: "all" },
  lines: { type: "integer", value: "n", default: 200, min: 1, summary: "number of lines" },
  json,
} as const satisfies FlagSpecs;
export const channelsAddFlags = {
  ...place,
  name: { type: "string", summary: "display name" },
  token: { type: "string", summary: "bot token (Telegram/Discord)" },
  "token-file": { type: "string", value: "path", summary: "file with the bot token" },
  "bot-token": { type: "string", value: "token", summary: "Slack bot token" },
  "app-token": { type: "string", value: "token", summary: "Slack app token" },
  "auth-dir": { type: "string", value: "path", summary: "WhatsApp auth directory" },
  "cli-path": { type: "string", value: "path", summary: "path of the channel helper binary" },
  "db-path": { type: "string", value: "path", summary: "iMessage database path" },
  service: { type: "string", options: ["imessage", "sms", "auto"], summary: "iMessage service" },
  region: { type: "string", summary: "iMessage SMS region" },
  "signal-number": { type: "string", value: "e164", summary: "Signal number in E.164" },
  "http-url": { type: "string", value: "url", summary: "Signal HTTP base URL" },
  "http-host": { type: "string", value: "host", summary: "Signal HTTP host" },
  "http-port": { type: "string", value: "port", summary: "Signal HTTP port" },
  "webhook-path": { type: "string", value: "path", summary: "webhook path" },
  "webhook-url": { type: "string", value: "url", summary: "webhook URL" },
  "audience-type": { type: "string", options: ["app-url", "project-number"], summary: "Google Chat audience kind" },
  audience: { type: "string", summary: "Google Chat audience value" },
  homeserver: { type: "string", value: "url", summary: "Matrix homeserver URL" },
  "user-id": { type: "string", value: "id", summary: "Matrix user id" },
  "access-token": { type: "string", value: "token", summary: "Matrix access token" },
  password: { type: "string", summary: "Matrix password" },
  "device-name": { type: "string", value: "name", summary: "Matrix device name" },
  "initial-sync-limit": { type: "string", value: "n", summary: "Matrix initial sync limit" },
  "use-env": { type: "boolean", summary: "use the token from the environment" },
} as const satisfies FlagSpecs;
export const channelsRemoveFlags = {
  ...place,
  delete: { type: "boolean", summary: "delete the config entries" },
} as const satisfies FlagSpecs;
export const channelsLoginFlags = {
  channel: { ...channel, default: "whatsapp" },
  account,
  phone: { type: "string", value: "number", summary: "link with a code typed on this telephone, not a QR" },
  verbose: { type: "boolean", summary: "more detail" },
} as const satisfies FlagSpecs;
export const channelsLogoutFlags = {
  channel: { ...channel, default: "whatsapp" },
  account,
} as const satisfies FlagSpecs;
export const pairingListFlags = { channel, json } as const satisfies FlagSpecs;
export const pairingApproveFlags = {
  channel,
  notify: { type: "boolean", summary: "tell the requester" },
} as const satisfies FlagSpecs;
export const directoryFlags = {
  ...place,
  query: { type: "string", value: "text", summary: "search text" },
  limit: { type: "integer", value: "n", min: 1, summary: "maximum entries" },
  json,
} as const satisfies FlagSpecs;
export const directorySelfFlags = { ...place, json } as const satisfies FlagSpecs;
export const directoryMembersFlags = {
  "group-id": { type: "string", value: "id", required: true, summary: "group id" },
  ...place,
  limit: { type: "integer", value: "n", min: 1, summary: "maximum entries" },
  json,
} as const satisfies FlagSpecs;

export const channelCommands = [
  defineCommand({
    id: "channels list",
    summary: "List configured accounts",
    flags: channelsListFlags,
    args: [],
    docs: "/cli/channels",
    config: "valid",
    load: () => import("../commands/channels-list.ts"),
  }),
  defineCommand({
    id: "channels status",
    summary: "Live channel state from the Gateway",
    flags: channelsStatusFlags,
    args: [],
    examples: [["openclaw channels status --probe", "Asks every service as well."]],
    docs: "/cli/channels",
    config: "any",
    load: () => import("../commands/channels-status.ts"),
  }),
  defineCommand({
    id: "channels capabilities",
    summary: "Show features, scopes and permissions per channel",
    flags: channelsCapabilitiesFlags,
    args: [],
    docs: "/cli/channels",
    config: "valid",
    load: () => import("../commands/channels-capabilities.ts"),
  }),
  defineCommand({
    id: "channels resolve",
    summary: "Turn names into channel ids",
    flags: channelsResolveFlags,
    args: [{ name: "entries", summary: "names to look up", required: false, variadic: true }],
    docs: "/cli/channels",
    config: "valid",
    load: () => import("../commands/channels-resolve.ts"),
  }),
  defineCommand({
    id: "channels logs",
    summary: "Show channel lines of the log file",
    flags: channelsLogsFlags,
    args: [],
    docs: "/cli/channels",
    config: "any",
    load: () => import("../commands/channels-logs.ts"),
  }),
  defineCommand({
    id: "channels add",
    summary: "Add or update an account",
    flags: channelsAddFlags,
    args: [],
    examples: [
      ["openclaw channels add --channel telegram --use-env", "Takes TELEGRAM_BOT_TOKEN from the environment."],
    ],
    docs: "/cli/channels",
    config: "valid",
    load: () => import("../commands/channels-add.ts"),
  }),
  defineCommand({
    id: "channels remove",
    summary: "Disable or delete an account",
    flags: channelsRemoveFlags,
    args: [],
    docs: "/cli/channels",
    config: "valid",
    load: () => import("../commands/channels-remove.ts"),
  }),
  defineCommand({
    id: "channels login",
    summary: "Link an account interactively",
    flags: channelsLoginFlags,
    args: [],
    docs: "/cli/channels",
    config: "valid",
    load: () => import("../commands/channels-login.ts"),
  }),
  defineCommand({
    id: "channels logout",
    summary: "End a linked account session",
    flags: channelsLogoutFlags,
    args: [],
    docs: "/cli/channels",
    config: "valid",
    load: () => import("../commands/channels-logout.ts"),
  }),
  defineCommand({
    id: "pairing list",
    summary: "List pending sender requests",
    flags: pairingListFlags,
    args: [{ name: "channel", summary: "channel id", required: false }],
    docs: "/cli/pairing",
    config: "any",
    load: () => import("../commands/pairing-list.ts"),
  }),
  defineCommand({
    id: "pairing approve",
    summary: "Approve a sender by code",
    flags: pairingApproveFlags,
    args: [
      { name: "codeOrChannel", summary: "channel id, or the code beside --channel", required: true },
      { name: "code", summary: "code of the sender", required: false },
    ],
    docs: "/cli/pairing",
    config: "any",
    load: () => import("../commands/pairing-approve.ts"),
  }),
  defineCommand({
    id: "directory self",
    summary: "Show the identity of the current account",
    flags: directorySelfFlags,
    args: [],
    docs: "/cli/directory",
    config: "valid",
    load: async () => ({ run: (await import("../commands/directory.ts")).self }),
  }),
  defineCommand({
    id: "directory peers list",
    summary: "List contacts",
    flags: directoryFlags,
    args: [],
    docs: "/cli/directory",
    config: "valid",
    load: async () => ({ run: (await import("../commands/directory.ts")).peers }),
  }),
  defineCommand({
    id: "directory groups list",
    summary: "List groups",
    flags: directoryFlags,
    args: [],
    docs: "/cli/directory",
    config: "valid",
    load: async () => ({ run: (await import("../commands/directory.ts")).groups }),
  }),
  defineCommand({
    id: "directory groups members",
    summary: "List members of a group",
    flags: directoryMembersFlags,
    args: [],
    docs: "/cli/directory",
    config: "valid",
    load: async () => ({ run: (await import("../commands/directory.ts")).members }),
  }),
] as const;
