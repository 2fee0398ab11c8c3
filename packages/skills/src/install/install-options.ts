import { createBinarySearch } from "../eligibility.ts";
import type { Skill } from "../skill.ts";
import type { InstallSpec } from "./install-spec.ts";

/** `skills.install.nodeManager`. */
export type NodeManager = "npm" | "pnpm" | "yarn" | "bun";

/** What decides which installer is offered. */
export interface InstallPlace {
  platform: NodeJS.Platform;
  nodeManager: NodeManager;
  /** `skills.install.preferBrew`. */
  preferBrew: boolean;
  /** Its `PATH` is searched. */
  env: NodeJS.ProcessEnv;
}

/** An installer as people are offered it. */
export interface InstallOption {
  id: string;
  kind: InstallSpec["kind"];
  label: string;
  bins: string[];
}

/** The installers of a skill that are offered here: all when all are downloads, else the best one. */
export function installOptions({ install }: Pick<Skill, "install">, place: InstallPlace): InstallOption[] {
  const here = install.filter(({ os }) => os.length === 0 || os.includes(place.platform));
  const offered = here.every(({ kind }) => kind === "download") ? here : [best(here, place)];
  return offered.flatMap((spec) =>
    spec ? [{ id: spec.id, kind: spec.kind, label: labelOf(spec, place), bins: [...spec.bins] }] : [],
  );
}

function best(specs: readonly InstallSpec[], { preferBrew, env, platform }: InstallPlace): InstallSpec | undefined {
  const first = (wanted: InstallSpec["kind"]) => specs.find(({ kind }) => kind === wanted);
  const brew = first("brew");
  if (preferBrew && brew && createBinarySearch(env, platform)("brew")) return brew;
  return first("uv") ?? first("node") ?? brew ?? first("go") ?? specs[0];
}

function labelOf(spec: InstallSpec, { nodeManager }: InstallPlace): string {
  if (spec.label !== undefined) return spec.label;
  switch (spec.kind) {
    case "brew":
      return `Install ${spec.formula} (brew)`;
    case "node":
      return `Install ${spec.package} (${nodeManager})`;
    case "go":
      return `Install ${spec.module} (go)`;
    case "uv":
      return `Install ${spec.package} (uv)`;
    case "download":
      return `Download ${fileName(spec.url)}`;
  }
}

/** The last part of an address. */
export function fileName(url: string): string {
  const path = URL.canParse(url) ? new URL(url).pathname : "";
  return path.split("/").findLast((part) => part !== "") ?? "file";
}
