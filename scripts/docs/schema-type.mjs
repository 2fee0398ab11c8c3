const largest = Number.MAX_SAFE_INTEGER;

/**
 * What a JSON Schema accepts, in a few words of TypeScript: `"a" | "b"`, `string[]`, `{ key: number, other?: string }`.
 * `depth` says how many levels of objects are spelled out.
 */
export function typeText(schema, depth = 0, root = schema) {
  if (schema === true || schema === undefined) return "any";
  if (schema === false) return "never";
  if (schema.$ref) {
    const name = schema.$ref.replace(/^#\/(?:\$defs|definitions)\//, "");
    const target = root?.$defs?.[name] ?? root?.definitions?.[name];
    return target && depth >= 0 ? typeText(target, depth - 1, root) : "object";
  }
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return [...new Set(branches.map((branch) => typeText(branch, depth, root)))].join(" | ");
  if (schema.allOf) return [...new Set(schema.allOf.map((branch) => typeText(branch, depth, root)))].join(" & ");
  if (Array.isArray(schema.type)) {
    return schema.type.map((type) => typeText({ ...schema, type }, depth, root)).join(" | ");
  }
  switch (schema.type) {
    case "array": {
      const item = typeText(schema.items, depth, root);
      return /[ |&]/.test(item) && !item.startsWith("{") ? `(${item})[]` : `${item}[]`;
    }
    case "object":
      return objectText(schema, depth, root);
    case "integer":
    case "number":
      return `${schema.type === "integer" ? "integer" : "number"}${rangeText(schema)}`;
    default:
      return schema.type ?? "any";
  }
}

function objectText(schema, depth, root) {
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0) {
    const values = schema.additionalProperties;
    return typeof values === "object" && Object.keys(values).length > 0
      ? `{ [key]: ${typeText(values, depth - 1, root)} }`
      : "object";
  }
  if (depth <= 0) return "object";
  const required = new Set(schema.required ?? []);
  const parts = properties.map(
    ([name, part]) => `${name}${required.has(name) ? "" : "?"}: ${typeText(part, depth - 1, root)}`,
  );
  return `{ ${parts.join(", ")} }`;
}

function rangeText(schema) {
  const low = schema.minimum ?? (schema.exclusiveMinimum === undefined ? undefined : `>${schema.exclusiveMinimum}`);
  const high = schema.maximum === largest ? undefined : (schema.maximum ?? schema.exclusiveMaximum);
  if (high !== undefined && low !== undefined && low !== -largest) return ` ${low}–${high}`;
  if (low === undefined || low === -largest) return high === undefined ? "" : ` ≤ ${high}`;
  return String(low).startsWith(">") ? ` > ${String(low).slice(1)}` : ` ≥ ${low}`;
}
