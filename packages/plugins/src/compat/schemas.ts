import { z } from "zod";

/** `markdown` of a channel's section. */
export const MarkdownConfigSchema = z
  .strictObject({ tables: z.enum(["off", "bullets", "code"]).optional() })
  .optional();

/** Allow and deny lists of tools. */
export const ToolPolicySchema = z
  .strictObject({
    allow: z.array(z.string()).optional(),
    alsoAllow: z.array(z.string()).optional(),
    deny: z.array(z.string()).optional(),
  })
  .optional();

/** Who may write in private, and in groups. */
export const DmPolicySchema = z.enum(["pairing", "allowlist", "open", "disabled"]);
export const GroupPolicySchema = z.enum(["open", "disabled", "allowlist"]);

/** Settings for one private chat. */
export const DmConfigSchema = z.strictObject({ historyLimit: z.number().int().min(0).optional() });

/** How the blocks of an answer are joined. */
export const BlockStreamingCoalesceSchema = z.strictObject({
  minChars: z.number().int().positive().optional(),
  maxChars: z.number().int().positive().optional(),
  idleMs: z.number().int().min(0).optional(),
});

/** In a refinement: `open` has to be meant, by a `*` in the list. */
export function requireOpenAllowFrom(options: {
  policy?: string;
  allowFrom?: readonly (string | number)[];
  ctx: { addIssue(issue: { code: "custom"; path: PropertyKey[]; message: string }): void };
  path: PropertyKey[];
  message: string;
}): void {
  const { policy, allowFrom = [], ctx, path, message } = options;
  if (policy !== "open" || allowFrom.some((entry) => String(entry).trim() === "*")) return;
  ctx.addIssue({ code: "custom", path, message });
}

/** The schema of a plugin without settings. */
export function emptyPluginConfigSchema() {
  const isEmpty = (value: unknown) =>
    value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
  return {
    safeParse(value: unknown) {
      if (isEmpty(value)) return { success: true, data: value };
      const message = "config must be empty";
      return { success: false, error: { issues: [{ path: [] as (string | number)[], message }] } };
    },
    jsonSchema: { type: "object", additionalProperties: false, properties: {} },
  };
}

/** The JSON Schema of a channel's section, from a zod schema. */
export function buildChannelConfigSchema(schema: unknown): { schema: object } {
  // The schema may come from another copy of zod; one that knows how, turns itself into JSON.
  const own = schema as { toJSONSchema?: (options: object) => object };
  const options = { target: "draft-7", io: "input", unrepresentable: "any" } as const;
  if (typeof own.toJSONSchema === "function") return { schema: own.toJSONSchema(options) };
  if (schema instanceof z.ZodType) return { schema: z.toJSONSchema(schema, options) };
  return { schema: { type: "object", additionalProperties: true } };
}
