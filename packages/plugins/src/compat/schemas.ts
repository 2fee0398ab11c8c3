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
