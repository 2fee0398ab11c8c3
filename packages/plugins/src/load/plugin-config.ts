import { checkAgainstSchema } from "@openclaw/config";

/** A plugin's settings with the defaults of its schema, or everything that is wrong with them. */
export type PluginSettings = { config: Record<string, unknown> | undefined } | { problem: string };

/** Checks the settings of a plugin. The defaults are given to the plugin and written nowhere. */
export function readPluginSettings(schema: object, given: Record<string, unknown> | undefined): PluginSettings {
  const problems = checkAgainstSchema(schema, given ?? {});
  if (problems.length > 0) {
    return { problem: problems.map(({ path, message }) => `${path === "" ? "<root>" : path}: ${message}`).join("; ") };
  }
  const filled = withDefaults(schema, structuredClone(given ?? {}));
  const config = isObject(filled) ? filled : {};
  return { config: given === undefined && Object.keys(config).length === 0 ? undefined : config };
}

function withDefaults(schema: unknown, value: unknown): unknown {
  if (!isObject(schema)) return value;
  const own = value === undefined && "default" in schema ? structuredClone(schema.default) : value;
  if (isObject(own) && isObject(schema.properties)) {
    for (const [key, property] of Object.entries(schema.properties)) {
      const filled = withDefaults(property, own[key]);
      if (filled !== undefined) own[key] = filled;
    }
  }
  if (Array.isArray(own) && isObject(schema.items)) return own.map((item) => withDefaults(schema.items, item));
  return own;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The top-level keys a schema requires and settings lack, by their dotted paths. */
export function missingKeys(schema: object, given: Record<string, unknown> | undefined): string[] {
  const missing = (part: unknown, value: unknown, path: string): string[] => {
    if (!isObject(part)) return [];
    const own = isObject(value) ? value : {};
    const required = Array.isArray(part.required) ? part.required.filter((key) => typeof key === "string") : [];
    const properties = isObject(part.properties) ? part.properties : {};
    return [
      ...required.filter((key) => own[key] === undefined).map((key) => path + key),
      ...Object.entries(own).flatMap(([key, child]) =>
        isObject(child) ? missing(properties[key], child, `${path}${key}.`) : [],
      ),
    ];
  };
  return missing(schema, given ?? {}, "");
}
