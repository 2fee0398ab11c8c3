import { applyDefaults, type ConfigIssue, expandPaths, validateConfig } from "@openclaw/config";
import { ConfigError, isNixMode } from "@openclaw/config/paths";
import { recordOf } from "../audit/channel-facts.ts";
import { doctorChecks } from "./all-checks.ts";
import type { DoctorInput, DoctorOptions, DoctorWorld } from "./doctor-world.ts";
import type { DoctorFinding, Repair } from "./finding.ts";

/** How the doctor speaks with somebody. */
export interface DoctorUi {
  note(finding: DoctorFinding): void;
  /** Only called where somebody can answer. */
  confirm(question: string, preset: boolean): Promise<boolean>;
  /** What a repair has done. */
  done(lines: readonly string[]): void;
}

/** What a check-up came to. */
export interface DoctorOutcome {
  /** The configuration was written; a backup is kept. */
  written: boolean;
  /** Repairs of the configuration were offered and not made. */
  pending: boolean;
  /** What is wrong with the configuration in the end. */
  issues: readonly ConfigIssue[];
}

/**
 * Looks at everything, says what is wrong, and repairs what somebody agrees to. Without that nothing is changed, except
 * that files of former releases move to their places when nobody can be asked.
 */
export async function runDoctor(input: DoctorInput, ui: DoctorUi): Promise<DoctorOutcome> {
  const world = await lookAround(input);
  const edits: ((value: unknown) => unknown)[] = [];
  let pending = false;
  for (const check of doctorChecks) {
    for (const finding of await check.run(world)) {
      ui.note(finding);
      const { repair } = finding;
      if (!repair) continue;
      if (!(await agreed(repair, input, ui))) {
        pending ||= repair.config !== undefined;
        continue;
      }
      if (repair.apply) await attempt(repair.apply, ui);
      if (world.replaced) return { written: false, pending: false, issues: world.snapshot.issues };
      if (repair.config) {
        edits.push(repair.config);
        adopt(world, repair.config);
      }
    }
  }
  if (edits.length === 0) return { written: false, pending, issues: world.snapshot.issues };
  return write(edits, world, pending);
}

async function lookAround(input: DoctorInput): Promise<DoctorWorld> {
  const snapshot = input.store.snapshot();
  const { parsed, config, issues } = snapshot;
  return {
    ...input,
    snapshot,
    parsed,
    config,
    issues,
    manifests: input.plugins.manifests(parsed),
    health: undefined,
    replaced: false,
  };
}

/** Lets the checks that follow see a repair that is not written yet. */
function adopt(world: DoctorWorld, change: (value: unknown) => unknown): void {
  world.parsed = change(world.parsed);
  const result = validateConfig(world.parsed, { manifests: world.manifests, paths: world.paths });
  if (!result.ok) return;
  const { env, paths } = world;
  world.config = expandPaths(applyDefaults(result.config, { env, home: paths.home }), paths.home);
  world.issues = [];
}

/** Who agreed: the command line, the rules, or the person at the terminal. */
async function agreed(repair: Repair, input: DoctorInput, ui: DoctorUi): Promise<boolean> {
  const { options, interactive, env } = input;
  if (repair.config && isNixMode(env)) return false;
  if (repair.wanted) return true;
  const consent = consentOf(options, repair);
  if (consent !== "ask") return consent === "yes";
  return interactive && (await ui.confirm(repair.question, repair.preset));
}

/** What the flags say about a repair. */
export function consentOf(options: DoctorOptions, { kind }: Pick<Repair, "kind">): "yes" | "no" | "ask" {
  if (options.yes || options.fix) return kind !== "aggressive" || options.force ? "yes" : "no";
  if (!options.nonInteractive) return "ask";
  return kind === "layout" ? "yes" : "no";
}

/** A repair that fails is told and does not end the check-up. */
async function attempt(apply: () => Promise<readonly string[]>, ui: DoctorUi): Promise<void> {
  try {
    ui.done(await apply());
  } catch (error) {
    ui.done([`This could not be done: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

async function write(
  edits: readonly ((value: unknown) => unknown)[],
  world: DoctorWorld,
  pending: boolean,
): Promise<DoctorOutcome> {
  const { store, now, version, config } = world;
  const stamp = {
    lastRunAt: new Date(now()).toISOString(),
    lastRunVersion: version,
    lastRunCommand: "doctor",
    lastRunMode: config.gateway?.mode === "remote" ? "remote" : "local",
  };
  const all = (value: unknown) => edits.reduce((current, edit) => edit(current), value);
  try {
    await store.edit((value) => {
      const next = recordOf(all(value));
      return { ...next, wizard: { ...recordOf(next.wizard), ...stamp } };
    });
    return { written: true, pending, issues: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { issues } = error.details ?? {};
    return { written: false, pending: true, issues: issues ?? [{ path: "<root>", message: error.message }] };
  }
}
