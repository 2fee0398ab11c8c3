import type { Skill, SkillsConfig } from "../skill.ts";
import { type DownloadTools, downloadProgram } from "./download-program.ts";
import type { InstallSpec } from "./install-spec.ts";

/** How a program ended. */
export interface ProgramEnd {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** What installing came to; `message` is for people. */
export interface SkillInstallResult extends ProgramEnd {
  ok: boolean;
  message: string;
  /** What was found in the skill's own code that somebody should look at. */
  warnings?: readonly string[];
}

export interface SkillInstallerOptions {
  /** The skills there are for whoever asks. */
  skills(): readonly Skill[] | Promise<readonly Skill[]>;
  config(): SkillsConfig;
  stateDir: string;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  hasBinary(name: string): boolean;
  /** Runs a program without a shell. Rejects when it cannot be started. */
  run(
    argv: readonly string[],
    options: { cwd: string; env: NodeJS.ProcessEnv; timeoutMs: number },
  ): Promise<ProgramEnd>;
  tools: DownloadTools;
  /** Looks through a skill's folder for code that deserves a second look. */
  scan?(dir: string): readonly string[];
}

/** Installs programs that skills need. */
export interface SkillInstaller {
  /** Never throws for what a skill says or a program does: that is the result. */
  install(name: string, installId: string, options?: { timeoutMs?: number | undefined }): Promise<SkillInstallResult>;
}

const defaultTimeoutMs = 300_000;
const longestTimeoutMs = 900_000;
const shortestTimeoutMs = 1_000;
const reasonChars = 200;

export function createSkillInstaller(options: SkillInstallerOptions): SkillInstaller {
  const { hasBinary } = options;

  return {
    async install(name, installId, { timeoutMs = defaultTimeoutMs } = {}) {
      const skill = (await options.skills()).find((each) => each.name === name || each.key === name);
      if (skill === undefined) return refused(`Skill not found: ${name}`);
      const spec = skill.install.find(({ id }) => id === installId);
      if (spec === undefined) return refused(`Installer not found: ${installId}`);
      const warnings = options.scan?.(skill.baseDir) ?? [];
      const limit = Math.min(Math.max(timeoutMs, shortestTimeoutMs), longestTimeoutMs);
      const result = await carryOut(skill, spec, limit).catch((error: unknown) =>
        refused(error instanceof Error ? error.message : String(error)),
      );
      return warnings.length === 0 ? result : { ...result, warnings };
    },
  };

  async function carryOut(skill: Skill, spec: InstallSpec, timeoutMs: number): Promise<SkillInstallResult> {
    switch (spec.kind) {
      case "brew": {
        if (spec.formula === undefined) return refused("missing brew formula");
        if (!hasBinary("brew")) return refused("brew not installed");
        return program(["brew", "install", plain(spec.formula)], timeoutMs);
      }
      case "node": {
        if (spec.package === undefined) return refused("missing node package");
        return program(nodeCommand(plain(spec.package)), timeoutMs);
      }
      case "uv": {
        if (spec.package === undefined) return refused("missing uv package");
        const lacking = await withBrew("uv", timeoutMs);
        return lacking ?? program(["uv", "tool", "install", plain(spec.package)], timeoutMs);
      }
      case "go": {
        if (spec.module === undefined) return refused("missing go module");
        const lacking = await withBrew("go", timeoutMs);
        return lacking ?? program(["go", "install", plain(spec.module)], timeoutMs, await goPlace(timeoutMs));
      }
      case "download":
        return {
          ...nothing,
          ok: true,
          code: 0,
          message: await downloadProgram(skill.key, spec, { ...options, ...options.tools, timeoutMs }),
        };
      default: {
        const never: never = spec.kind;
        return never;
      }
    }
  }

  function nodeCommand(name: string): string[] {
    const wanted = options.config().skills?.install?.nodeManager ?? "npm";
    switch (wanted) {
      case "pnpm":
        return ["pnpm", "add", "-g", "--ignore-scripts", name];
      case "yarn":
        return ["yarn", "global", "add", name];
      case "bun":
        return ["bun", "add", "-g", name];
      case "npm":
        return ["npm", "install", "-g", "--ignore-scripts", name];
      default: {
        const never: never = wanted;
        return never;
      }
    }
  }

  /** Brings a program by brew where it is missing; what kept that from happening. */
  async function withBrew(tool: "uv" | "go", timeoutMs: number): Promise<SkillInstallResult | undefined> {
    if (hasBinary(tool)) return undefined;
    if (!hasBinary("brew")) return refused(`${tool} not installed (install via brew)`);
    const brought = await program(["brew", "install", tool], timeoutMs);
    return brought.ok ? undefined : brought;
  }

  /** Programs made by go go where those of brew are, which is on the path already. */
  async function goPlace(timeoutMs: number): Promise<NodeJS.ProcessEnv> {
    if (!hasBinary("brew")) return {};
    const { code, stdout } = await run(["brew", "--prefix"], timeoutMs);
    const prefix = stdout.trim();
    return code === 0 && prefix !== "" ? { GOBIN: `${prefix}/bin` } : {};
  }

  async function program(
    argv: readonly string[],
    timeoutMs: number,
    env: NodeJS.ProcessEnv = {},
  ): Promise<SkillInstallResult> {
    const ended = await run(argv, timeoutMs, env);
    const { code } = ended;
    return code === 0 ? { ok: true, message: "Installed", ...ended } : { ok: false, message: failure(ended), ...ended };
  }

  function run(argv: readonly string[], timeoutMs: number, env: NodeJS.ProcessEnv = {}): Promise<ProgramEnd> {
    return options
      .run(argv, { cwd: options.stateDir, env: { ...options.env, ...env }, timeoutMs })
      .catch((error: unknown) => ({
        code: null,
        stdout: "",
        stderr: error instanceof Error ? error.message : String(error),
      }));
  }
}

const nothing: ProgramEnd = { code: null, stdout: "", stderr: "" };

function refused(message: string): SkillInstallResult {
  return { ok: false, message, ...nothing };
}

/** A value that no program takes for one of its switches. */
function plain(value: string): string {
  if (value.startsWith("-")) throw new Error(`refused: ${JSON.stringify(value)} begins with a dash`);
  return value;
}

function failure({ code, stdout, stderr }: ProgramEnd): string {
  const line = [stderr, stdout]
    .flatMap((text) => text.split("\n"))
    .map((text) => text.trim())
    .find((text) => text !== "");
  const head = `Install failed (exit ${code ?? "unknown"})`;
  return line === undefined ? head : `${head}: ${line.slice(0, reasonChars)}`;
}
