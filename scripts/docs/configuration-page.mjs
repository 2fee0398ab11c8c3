import { environmentVariables } from "../../packages/config/src/entry-paths.ts";
import { configJsonSchema } from "../../packages/config/src/index.ts";
import { code, table } from "./markdown.mjs";
import { typeText } from "./schema-type.mjs";

/** `docs/reference/configuration.md`: every key, from the schema that validates it. */
export async function configurationPage() {
  const { schema, uiHints } = await configJsonSchema({ now: () => new Date(0) });
  const sections = Object.entries(schema.properties).sort(
    ([a], [b]) => (uiHints[a]?.order ?? 1000) - (uiHints[b]?.order ?? 1000) || (a < b ? -1 : 1),
  );
  return [
    "# Configuration keys",
    "`openclaw.json`, by section. `*` stands for any name and `[]` for an element of a list. A key that is absent has its " +
      "default. How the file is read and written: [Configuration](../configuration.md).",
    ...sections.flatMap(([name, section]) => [
      `## ${name}`,
      ...(uiHints[name]?.help ? [uiHints[name].help] : []),
      table(["key", "value", "meaning"], [...rowsOf(section, name, uiHints)]),
    ]),
    "## Environment variables",
    table(
      ["variable", "meaning"],
      environmentVariables.map(({ name, legacy = [], meaning }) => [[name, ...legacy].map(code).join(", "), meaning]),
    ),
  ].join("\n\n");
}

/** The keys below a place that hold values; objects are walked into. */
function* rowsOf(schema, path, hints) {
  const children = [...childrenOf(schema, path)];
  const scalar = scalarText(schema);
  if (children.length === 0 || scalar !== undefined) {
    const { help = "", sensitive, advanced } = hints[path] ?? {};
    const notes = [sensitive ? "secret" : "", advanced ? "advanced" : ""].filter(Boolean).join(", ");
    yield [code(path), code(scalar ?? typeText(schema, 0)), `${help}${notes ? ` (${notes})` : ""}`];
  }
  for (const [at, child] of children) yield* rowsOf(child, at, hints);
}

function* childrenOf(schema, path) {
  if (typeof schema !== "object" || schema === null) return;
  for (const branch of schema.anyOf ?? schema.oneOf ?? []) yield* childrenOf(branch, path);
  for (const [name, child] of Object.entries(schema.properties ?? {}))
    yield [path === "" ? name : `${path}.${name}`, child];
  if (typeof schema.additionalProperties === "object") yield [`${path}.*`, schema.additionalProperties];
  if (schema.type === "array" && hasChildren(schema.items)) yield [`${path}[]`, schema.items];
}

function hasChildren(schema) {
  return !childrenOf(schema, "x").next().done;
}

/** The values a place takes beside an object, when it takes both. */
function scalarText(schema) {
  const branches = schema?.anyOf ?? schema?.oneOf;
  if (!branches) return undefined;
  const scalars = branches.filter((branch) => !hasChildren(branch));
  if (scalars.length === 0 || scalars.length === branches.length) return undefined;
  return scalars.map((branch) => typeText(branch, 0)).join(" | ");
}
