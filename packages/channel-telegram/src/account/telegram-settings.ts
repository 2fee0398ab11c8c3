import { z } from "zod";

/** Buttons are offered there, and presses count there; `allowlist`: everywhere, but only those of people who are listed. */
export type ButtonScope = "off" | "dm" | "group" | "all" | "allowlist";

const buttonScope = z.enum(["off", "dm", "group", "all", "allowlist"]);
const switches = z.object({ enabled: z.boolean().optional() });

const settingsSchema = z.object({
  apiRoot: z.string().default("https://api.telegram.org"),
  timeoutSeconds: z.number().positive().default(500),
  proxy: z.string().optional(),
  network: z.object({ autoSelectFamily: z.boolean().optional() }).default({}),
  retry: z
    .object({
      attempts: z.number().int().positive().default(3),
      minDelayMs: z.number().nonnegative().default(400),
      maxDelayMs: z.number().nonnegative().default(30_000),
      jitter: z.number().min(0).max(1).default(0.1),
    })
    .prefault({}),
  webhookUrl: z.string().optional(),
  webhookSecret: z.string().optional(),
  webhookPath: z.string().default("/telegram-webhook"),
  streamMode: z.enum(["off", "partial", "block"]).default("partial"),
  draftChunk: z
    .object({
      minChars: z.number().int().positive().default(200),
      maxChars: z.number().int().positive().default(800),
      breakPreference: z.enum(["paragraph", "newline", "sentence"]).default("paragraph"),
    })
    .prefault({}),
  textChunkLimit: z.number().int().positive().default(4000),
  chunkMode: z.enum(["length", "newline"]).default("length"),
  markdown: z.object({ tables: z.enum(["off", "bullets", "code"]).default("code") }).prefault({}),
  linkPreview: z.boolean().default(true),
  reactionNotifications: z.enum(["off", "own", "all"]).default("own"),
  reactionLevel: z.enum(["off", "ack", "minimal", "extensive"]).default("minimal"),
  actions: z
    .object({
      reactions: z.boolean().default(true),
      sendMessage: z.boolean().default(true),
      deleteMessage: z.boolean().default(true),
      editMessage: z.boolean().default(true),
      sticker: z.boolean().default(false),
    })
    .prefault({}),
  capabilities: z
    .union([z.array(z.string()), z.object({ inlineButtons: buttonScope.optional() })])
    .default({})
    .transform((value): ButtonScope => {
      if (!Array.isArray(value)) return value.inlineButtons ?? "allowlist";
      return value.includes("inlineButtons") ? "all" : "off";
    }),
  commands: z.object({ native: z.union([z.boolean(), z.literal("auto")]).default("auto") }).prefault({}),
  customCommands: z.array(z.object({ command: z.string(), description: z.string() })).default([]),
  groups: z
    .record(
      z.string(),
      switches.extend({
        requireMention: z.boolean().optional(),
        topics: z.record(z.string(), switches.optional()).optional(),
      }),
    )
    .default({}),
});

/** An account's section of the configuration as this channel uses it, with its defaults. Times are ms unless they say otherwise. */
export type TelegramSettings = z.output<typeof settingsSchema>;

/**
 * Reads an account's merged section.
 * @throws Error naming the key, for a value that has another type
 */
export function readSettings(config: Readonly<Record<string, unknown>>): TelegramSettings {
  const read = settingsSchema.safeParse(config);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new Error(`channels.telegram.${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not valid"}`);
  }
  checkApiRoot(read.data.apiRoot);
  return { ...read.data, apiRoot: read.data.apiRoot.replace(/\/+$/, "") };
}

// The token is part of every address: it must not cross a network in the clear.
function checkApiRoot(apiRoot: string): void {
  const address = URL.parse(apiRoot);
  if (address === null) throw new Error(`channels.telegram.apiRoot is not an address: ${apiRoot}`);
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(address.hostname);
  if (address.protocol === "https:" || (address.protocol === "http:" && loopback)) return;
  throw new Error("channels.telegram.apiRoot has to be an https:// address, or an http:// address of this machine");
}
