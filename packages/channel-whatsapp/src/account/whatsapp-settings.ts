import { z } from "zod";

const settingsSchema = z.object({
  selfChatMode: z.boolean().default(false),
  sendReadReceipts: z.boolean().default(true),
  messagePrefix: z.string().optional(),
  allowFrom: z.array(z.union([z.string(), z.number()]).transform(String)).default([]),
  markdown: z.object({ tables: z.enum(["off", "bullets", "code"]).default("bullets") }).prefault({}),
  chunkMode: z.enum(["length", "newline"]).default("length"),
  actions: z
    .object({
      reactions: z.boolean().default(true),
      sendMessage: z.boolean().default(true),
      polls: z.boolean().default(true),
    })
    .prefault({}),
});

/** An account's section of the configuration as this channel uses it, with its defaults. */
export type WhatsAppSettings = z.output<typeof settingsSchema>;

/**
 * Reads an account's merged section.
 * @throws Error naming the key, for a value that has another type
 */
export function readSettings(config: Readonly<Record<string, unknown>>): WhatsAppSettings {
  const read = settingsSchema.safeParse(config);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new Error(`channels.whatsapp.${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not valid"}`);
}
