import type { SkillsConfig } from "../skill.ts";
import type { InstallSpec } from "./install-spec.ts";

/** One way to install what a skill needs, as it is offered. */
export interface InstallOption {
  id: string;
  kind: InstallSpec["kind"];
  label: string;
  bins: readonly string[];
}

export interface InstallPlace {
  config: SkillsConfig;
  platform: NodeJS.Platform;
  /** Whether a program is found. */
  hasBinary(name: string): boolean;
}

/** What is offered of a skill's ways to install what it needs: the best one, or all when all are downloads. */
export function installOptions(specs: readonly InstallSpec[], place: InstallPlace): readonly InstallOption[] {
  const here = specs.filter(({ os }) => os.length === 0 || os.includes(place.platform));
  const offered = here.every(({ kind }) => kind === "download") ? here : [preferred(here, place)];
  return offered.flatMap((spec) =>
    spec === undefined
      ? []
      : [{ id: spec.id, kind: spec.kind, label: spec.label ?? labelOf(spec, place.config), bins: spec.bins }],
  );
}

function preferred(specs: readonly InstallSpec[], { config, hasBinary }: InstallPlace): InstallSpec | undefined {
  const first = (kind: InstallSpec["kind"]) => specs.find((spec) => spec.kind === kind);
  const brew = first("brew");
  if (brew !== undefined && config.skills?.install?.preferBrew !== false && hasBinary("brew")) return brew;
  return first("uv") ?? first("node") ?? brew ?? first("go") ?? specs[0];
}

function labelOf(spec: InstallSpec, config: SkillsConfig): string {
  switch (spec.kind) {
    case "brew":
      return `Install ${spec.formula ?? ""} (brew)`;
    case "node":
      return `Install ${spec.package ?? ""} (${config.skills?.install?.nodeManager ?? "npm"})`;
    case "go":
      return `Install ${spec.module ?? ""} (go)`;
    case "uv":
      return `Install ${spec.package ?? ""} (uv)`;
    case "download":
      return `Download ${fileNameOf(spec.url)}`;
    default: {
      const never: never = spec.kind;
      return never;
    }
  }
}

/** The last part of a URL's path. */
export function fileNameOf(url: string | undefined): string {
  try {
    const name = decodeURIComponent(new URL(url ?? "").pathname.split("/").at(-1) ?? "");
    return name.replaceAll(/[^\w.+-]/g, "_").replace(/^\.+/, "") || "download";
  } catch {
    return url ?? "";
  }
}
