/** What an installer brings, whatever way it takes. */
interface InstallBase {
  id: string;
  label?: string;
  /** The programs it brings. */
  bins: readonly string[];
  /** `process.platform` values; any platform when empty. */
  os: readonly string[];
}

/** One way to install what a skill needs; a value that its file lacks is empty. */
export type InstallSpec =
  | (InstallBase & { kind: "brew"; formula: string })
  | (InstallBase & { kind: "node"; package: string })
  | (InstallBase & { kind: "uv"; package: string })
  | (InstallBase & { kind: "go"; module: string })
  | (InstallBase & {
      kind: "download";
      url: string;
      archive?: string;
      extract?: boolean;
      stripComponents: number;
      targetDir?: string;
    });

type Fields = Readonly<Record<string, unknown>>;

/** Reads `metadata.openclaw.install`. Specs of other kinds are dropped; ids count all that stand there. */
export function readInstallSpecs(value: unknown): readonly InstallSpec[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.flatMap((each, index) => readSpec(each, index) ?? []);
}

function readSpec(value: unknown, index: number): InstallSpec | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const fields: Fields = { ...value };
  const kind = textOf(fields.kind) ?? textOf(fields.type);
  const label = textOf(fields.label);
  const base = {
    id: textOf(fields.id) ?? `${kind}-${index}`,
    ...(label !== undefined && { label }),
    bins: listOf(fields.bins),
    os: listOf(fields.os),
  };
  switch (kind) {
    case "brew":
      return { ...base, kind, formula: textOf(fields.formula) ?? "" };
    case "node":
      return { ...base, kind, package: textOf(fields.package) ?? "" };
    case "uv":
      return { ...base, kind, package: textOf(fields.package) ?? "" };
    case "go":
      return { ...base, kind, module: textOf(fields.module) ?? "" };
    case "download": {
      const archive = textOf(fields.archive);
      const targetDir = textOf(fields.targetDir);
      const strip = Number(fields.stripComponents ?? 0);
      return {
        ...base,
        kind,
        url: textOf(fields.url) ?? "",
        ...(archive !== undefined && { archive }),
        ...(typeof fields.extract === "boolean" && { extract: fields.extract }),
        stripComponents: Number.isInteger(strip) && strip > 0 ? strip : 0,
        ...(targetDir !== undefined && { targetDir }),
      };
    }
    default:
      return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

function listOf(value: unknown): readonly string[] {
  const items: readonly unknown[] = typeof value === "string" ? value.split(",") : Array.isArray(value) ? value : [];
  return items.flatMap((item) => textOf(item) ?? []);
}
