const kinds = ["brew", "node", "go", "uv", "download"] as const;

/** What brings a program that a skill needs. */
export type InstallKind = (typeof kinds)[number];

/** One way to install what a skill needs, as its SKILL.md gives it. */
export interface InstallSpec {
  /** Its own, else `<kind>-<index>` with its place in the list of the file. */
  id: string;
  kind: InstallKind;
  label?: string;
  /** Programs it brings. */
  bins: readonly string[];
  /** `process.platform` values; any platform when empty. */
  os: readonly string[];
  formula?: string;
  /** Of `node` and `uv`. */
  package?: string;
  module?: string;
  url?: string;
  archive?: string;
  extract?: boolean;
  stripComponents?: number;
  targetDir?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads the list `install` of a skill's metadata; what is of an unknown kind is left out. */
export function readInstallSpecs(value: unknown): readonly InstallSpec[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown, index) => {
    if (typeof item !== "object" || item === null) return [];
    const fields: Fields = { ...item };
    const named = textOf(fields.kind) ?? textOf(fields.type);
    const kind = kinds.find((each) => each === named?.toLowerCase());
    if (kind === undefined) return [];
    const { extract, stripComponents } = fields;
    return [
      {
        id: textOf(fields.id) ?? `${kind}-${index}`,
        kind,
        bins: listOf(fields.bins),
        os: listOf(fields.os),
        ...texts(fields, ["label", "formula", "package", "module", "url", "archive", "targetDir"]),
        ...(typeof extract === "boolean" ? { extract } : {}),
        ...(Number.isInteger(stripComponents) && Number(stripComponents) >= 0
          ? { stripComponents: Number(stripComponents) }
          : {}),
      },
    ];
  });
}

function texts<Name extends string>(fields: Fields, names: readonly Name[]): { [N in Name]?: string } {
  const found: { [N in Name]?: string } = {};
  for (const name of names) {
    const text = textOf(fields[name]);
    if (text !== undefined) found[name] = text;
  }
  return found;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

function listOf(value: unknown): readonly string[] {
  const items = typeof value === "string" ? value.split(",") : Array.isArray(value) ? value : [];
  return items.flatMap((item) => textOf(item) ?? []);
}
