import { createBinarySearch } from "../eligibility.ts";
import type { Skill } from "../skill.ts";
import { type DownloadWorld, installDownload } from "./install-download.ts";
import type { NodeManager } from "./install-options.ts";
import type { InstallSpec } from "./install-spec.ts";

/** How a program ended; 127 when there is none of that name. */
export interface InstallerEnd {
  code: number;
  stdout: string;
  stderr: string;
}

/** The machine something is installed on. */
export interface InstallWorld extends DownloadWorld {
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  nodeManager: NodeManager;
  /** Runs a program without a shell. Never rejects. */
  run(argv: readonly string[], options: { timeoutMs: number; env?: NodeJS.ProcessEnv }): Promise<InstallerEnd>;
  /** What is alarming in a folder of code, one line each. */
  scan(dir: string): readonly string[];
}

/** What came of installing. */
export interface InstallResult {
  ok: boolean;
  message: string;
  stdout: string;
  stderr: string;
  code: number | null;
  warnings?: string[];
}

const defaultTimeoutMs = 300_000;
const shortestMs = 1000;
const longestMs = 900_000;

/** Installs what a skill needs in the way its user chose. Never throws for what an installer does. */
export async function installSkill(
  skill: Pick<Skill, "key" | "baseDir" | "install">,
  installId: string,
  world: InstallWorld,
  timeoutMs = defaultTimeoutMs,
): Promise<InstallResult> {
  const spec = skill.install.find(({ id }) => id === installId);
  if (!spec) return refusal(`Installer not found: ${installId}`);
  const limit = Math.min(longestMs, Math.max(shortestMs, timeoutMs));
  const warnings = [...world.scan(skill.baseDir)];
  const result = await (spec.kind === "download"
    ? installDownload(spec, skill.key, world, limit)
    : installWithProgram(spec, world, limit));
  return warnings.length === 0 ? result : { ...result, warnings };
}

/** A result of something that was not even tried. */
export function refusal(message: string): InstallResult {
  return { ok: false, message, stdout: "", stderr: "", code: null };
}

async function installWithProgram(
  spec: Exclude<InstallSpec, { kind: "download" }>,
  world: InstallWorld,
  timeoutMs: number,
): Promise<InstallResult> {
  const has = createBinarySearch(world.env, world.platform);
  const run = async (argv: readonly string[], env?: NodeJS.ProcessEnv) =>
    resultOf(await world.run(argv, { timeoutMs, ...(env && { env }) }));
  switch (spec.kind) {
    case "brew": {
      if (spec.formula === "") return refusal("missing brew formula");
      if (isFlag(spec.formula)) return refused("formula", spec.formula);
      return has("brew") ? run(["brew", "install", spec.formula]) : refusal("brew not installed");
    }
    case "node": {
      if (spec.package === "") return refusal("missing node package");
      if (isFlag(spec.package)) return refused("package", spec.package);
      return run([...nodeCommands[world.nodeManager], spec.package]);
    }
    case "uv":
    case "go": {
      const value = spec.kind === "go" ? spec.module : spec.package;
      const name = spec.kind === "uv" ? "package" : "module";
      if (value === "") return refusal(`missing ${spec.kind} ${name}`);
      if (isFlag(value)) return refused(name, value);
      if (!has(spec.kind)) {
        if (!has("brew")) return refusal(`${spec.kind} not installed (install via brew)`);
        const first = await run(["brew", "install", spec.kind]);
        if (!first.ok) return first;
      }
      if (spec.kind === "uv") return run(["uv", "tool", "install", value]);
      return run(["go", "install", value], has("brew") ? await besideBrew(world) : undefined);
    }
  }
}

/** Nothing a package brings is run while it is installed, where the program can be told so. */
const nodeCommands: Readonly<Record<NodeManager, readonly string[]>> = {
  npm: ["npm", "install", "-g", "--ignore-scripts"],
  pnpm: ["pnpm", "add", "-g", "--ignore-scripts"],
  yarn: ["yarn", "global", "add"],
  bun: ["bun", "add", "-g"],
};

/** Programs that Go builds stand where those of Homebrew do: that folder is searched already. */
async function besideBrew({ env, run }: InstallWorld): Promise<NodeJS.ProcessEnv | undefined> {
  const { code, stdout } = await run(["brew", "--prefix"], { timeoutMs: 30_000 });
  return code === 0 && stdout.trim() !== "" ? { ...env, GOBIN: `${stdout.trim()}/bin` } : undefined;
}

function isFlag(value: string): boolean {
  return value.startsWith("-");
}

function refused(name: string, value: string): InstallResult {
  return refusal(`refused ${name} ${JSON.stringify(value)}: it would be read as a flag`);
}

function resultOf({ code, stdout, stderr }: InstallerEnd): InstallResult {
  const ok = code === 0;
  return {
    ok,
    message: ok ? "Installed" : `Install failed (exit ${code}): ${reason(stderr, stdout)}`,
    stdout,
    stderr,
    code,
  };
}

/** The first line that says something, at most 200 characters. */
function reason(...texts: readonly string[]): string {
  const lines = texts.flatMap((text) => text.split("\n")).map((line) => line.trim());
  return (lines.find((line) => /[\p{L}\p{N}]/u.test(line)) ?? "no output").slice(0, 200);
}
