import { configJsonSchema } from "@openclaw/config";
import { planReload } from "../reload.ts";
import { type HandlersOf, invalidRequest } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

type Schema = Readonly<Record<string, unknown>>;

/** `config.schema.lookup`: one key, without sending the whole schema. */
export function configLookupMethods(
  gateway: Pick<MethodContext, "configStore" | "plugins">,
): HandlersOf<"config.schema.lookup"> {
  let known: { of: unknown; schema: Schema; uiHints: Readonly<Record<string, object>> } | undefined;
  const whole = async () => {
    const manifests = gateway.plugins.manifests();
    if (known?.of !== manifests) known = { of: manifests, ...(await configJsonSchema({ manifests })) };
    return known;
  };

  return {
    async "config.schema.lookup"({ path: given }) {
      const keys = given.split(/[.[\]]+/).filter((key) => key !== "");
      const path = keys.join(".");
      const { schema, uiHints } = await whole();
      let found: Schema | undefined = schema;
      let hintPath = "";
      for (const key of keys) {
        const step: { schema: Schema; name: string } | undefined = found && childOf(found, key);
        found = step?.schema;
        hintPath += step?.name === "[]" ? "[]" : `${hintPath === "" ? "" : "."}${step?.name ?? key}`;
      }
      if (found === undefined) throw invalidRequest(`unknown config path: ${given}`);
      const hint = uiHints[hintPath] ?? null;
      const at = found;
      return {
        path,
        schema: withoutChildren(at),
        reloadKind: reloadKind(path, gateway.configStore.snapshot().config),
        hint,
        hintPath: hint === null ? null : hintPath,
        children: keysOf(at).map((key) => {
          const child = childOf(at, key)?.schema ?? {};
          return {
            key,
            path: path === "" ? key : `${path}.${key}`,
            ...(typeof child.type === "string" ? { type: child.type } : {}),
            hasChildren: keysOf(child).length > 0,
          };
        }),
      } as never;
    },
  };
}

/** What a change takes: nothing, something the Gateway does at once, or a restart. */
function reloadKind(path: string, config: Parameters<typeof planReload>[1]["next"]): "none" | "hot" | "restart" {
  const { restart, hot } = planReload([path], { previous: config, next: config });
  if (restart.length > 0) return "restart";
  return hot.length > 0 ? "hot" : "none";
}

/** One level down, and how hints name it: `*` for any key of a record, `[]` for any element of a list. */
function childOf(schema: Schema, key: string): { schema: Schema; name: string } | undefined {
  for (const part of partsOf(schema)) {
    const properties = objectOf(part.properties);
    if (properties !== undefined && Object.hasOwn(properties, key)) {
      const own = objectOf(properties[key]);
      if (own !== undefined) return { schema: own, name: key };
    }
    const items = objectOf(part.items);
    if (items !== undefined && /^(?:\d+|\*)$/.test(key)) return { schema: items, name: "[]" };
  }
  for (const part of partsOf(schema)) {
    const any = objectOf(part.additionalProperties);
    if (any !== undefined) return { schema: any, name: "*" };
  }
  return undefined;
}

function keysOf(schema: Schema): string[] {
  return [...new Set(partsOf(schema).flatMap((part) => Object.keys(objectOf(part.properties) ?? {})))];
}

/** A schema and the alternatives it consists of. */
function partsOf(schema: Schema): Schema[] {
  const branches = [schema.anyOf, schema.oneOf, schema.allOf].flatMap((list) => (Array.isArray(list) ? list : []));
  return [schema, ...branches.flatMap((branch: unknown) => (objectOf(branch) ? partsOf(objectOf(branch) ?? {}) : []))];
}

function withoutChildren({ properties: _children, required: _names, ...own }: Schema): Schema {
  return own;
}

function objectOf(value: unknown): Schema | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
