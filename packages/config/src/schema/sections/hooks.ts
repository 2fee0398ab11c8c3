import { z } from "zod";
import { installKeys } from "../fragments.ts";
import * as t from "../leaves.ts";

const mapping = (channelIds: readonly string[]) =>
  z.strictObject({
    id: t.str,
    match: z.strictObject({ path: t.str, source: t.str }).optional(),
    action: t.choice("wake", "agent"),
    wakeMode: t.choice("now", "next-heartbeat"),
    name: t.str,
    sessionKey: t.str,
    messageTemplate: t.str,
    textTemplate: t.str,
    deliver: t.flag,
    allowUnsafeExternalContent: t.flag,
    channel: t.choice("last", ...channelIds),
    to: t.str,
    model: t.str,
    thinking: t.str,
    timeoutSeconds: t.intAbove0,
    transform: z.strictObject({ module: t.mustStr, export: t.str }).optional(),
  });

const gmail = () =>
  z.strictObject({
    account: t.str,
    label: t.str,
    topic: t.str,
    subscription: t.str,
    pushToken: t.str,
    hookUrl: t.str,
    includeBody: t.flag,
    maxBytes: t.intAbove0,
    renewEveryMinutes: t.intAbove0,
    allowUnsafeExternalContent: t.flag,
    serve: z.strictObject({ bind: t.str, port: t.intAbove0, path: t.str }).optional(),
    tailscale: z.strictObject({ mode: t.tailscaleMode, path: t.str, target: t.str }).optional(),
    model: t.str,
    thinking: t.choice("off", "minimal", "low", "medium", "high"),
  });

const internal = () =>
  z.strictObject({
    enabled: t.flag,
    handlers: t.listOf(z.strictObject({ event: t.mustStr, module: t.mustStr, export: t.str })),
    // What else a hook wants to know is its own affair.
    entries: t.laterMap(() => z.looseObject({ enabled: t.flag, env: t.strMap })),
    load: z.strictObject({ extraDirs: t.strList }).optional(),
    installs: t.laterMap(() => z.strictObject({ ...installKeys, hooks: t.strList })),
  });

/**
 * `hooks`: webhooks from outside, the Gmail watcher, and hooks on events inside.
 * @param channelIds the channels a mapping may deliver to
 */
export const hooksSection = (channelIds: readonly string[]) =>
  z.strictObject({
    enabled: t.flag,
    path: t.str,
    token: t.str,
    maxBodyBytes: t.intAbove0,
    presets: t.strList,
    transformsDir: t.str,
    mappings: t.later(() => z.array(mapping(channelIds))),
    gmail: t.later(gmail),
    internal: t.later(internal),
  });
