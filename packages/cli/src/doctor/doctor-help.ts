import fs from "node:fs";
import path from "node:path";
import { workspaceDir } from "@openclaw/agent-runtime";
import { silentLog } from "@openclaw/log";
import { createModels } from "@openclaw/models";
import { defaultAgentIdOf } from "@openclaw/sessions";
import type { DoctorFinding, DoctorHelp } from "@openclaw/setup/doctor";
import { listOf, recordOf, textOf } from "../commands/payload.ts";
import { systemProcesses } from "../foreground/port-listeners.ts";
import type { CommandContext } from "../run/command-context.ts";
import { probeGateway } from "../status/gateway-probe.ts";
import { startProgress } from "../terminal/progress.ts";
import { resultLines } from "../update/result-lines.ts";
import { installation, updateWorld } from "../update/update-world.ts";

/** What the doctor cannot do by itself. */
export function doctorHelp(context: CommandContext): DoctorHelp {
  const { env, paths, now } = context;
  const update = checkoutUpdate(context);
  return {
    ...(update && { update }),
    async health(timeoutMs) {
      const methods = [["health", {}] as const, ["channels.status", { probe: true, timeoutMs }] as const];
      const probe = await probeGateway(context, { timeoutMs, methods });
      const issues = listOf(recordOf(probe.answers["channels.status"]).statusIssues).map(recordOf);
      return {
        ok: probe.reachable,
        ...(probe.error !== null && { error: probe.error }),
        channelIssues: issues.map(({ channel, accountId, message, fix }) =>
          [`${textOf(channel)} ${textOf(accountId) ?? ""}:`, textOf(message), textOf(fix)].filter(Boolean).join(" "),
        ),
      };
    },
    listeners(port) {
      try {
        return systemProcesses.listeners(port);
      } catch {
        return []; // lsof is missing: what holds the port stays unknown
      }
    },
    async skills(config) {
      const { createSkills } = await import("@openclaw/skills");
      const agentId = defaultAgentIdOf(config);
      const skills = createSkills({ config: () => config, stateDir: paths.stateDir, env, log: silentLog, now });
      const agent = skills.of({ agentId, workspaceDir: workspaceDir(config, agentId, env) });
      return {
        usable: agent.skills.length,
        blocked: agent.judged.length - agent.skills.length,
        total: agent.judged.length,
      };
    },
    completion: () => completionFindings(context),
    async gmailModelProblem(config) {
      const text = config.hooks?.gmail?.model ?? "";
      const models = createModels({ config: () => config, env, log: silentLog, stateDir: paths.stateDir });
      const ref = models.canonical(text);
      if (!ref) return `hooks.gmail.model "${text}" names no model.`;
      if (!models.isAllowed(ref)) return `hooks.gmail.model "${text}" is not among agents.defaults.models.`;
      const known = await models.list({ all: true, known: true });
      const listed = known.some(({ provider, id }) => provider === ref.provider && id === ref.model);
      return listed ? undefined : `hooks.gmail.model "${text}" is not in the catalogue; it may not exist.`;
    },
  };
}

/** So long one step of an update may take, ms. */
const stepMs = 1_200_000;

/** Updates the checkout this program runs from; undefined where there is none, or it names no source. */
function checkoutUpdate(context: CommandContext): DoctorHelp["update"] {
  const found = installation(context);
  if (found?.kind !== "git" || !found.source) return undefined;
  return async () => {
    const { planUpdate, runUpdate } = await import("@openclaw/setup/update");
    const { config } = await context.config();
    const world = updateWorld(context, stepMs);
    const request = { channel: config.update?.channel, tag: undefined };
    const plan = await planUpdate(found, request, { fetch: context.fetch, run: world.run, timeoutMs: stepMs });
    const progress = startProgress("Updating…", {
      stream: context.stderr,
      style: context.errorStyle,
      env: context.env,
    });
    try {
      const result = await runUpdate(plan, { ...world, onStep: (name) => progress.update(name) });
      return { updated: result.status === "ok", lines: resultLines(result) };
    } finally {
      progress.stop();
    }
  };
}

/** Whether the shell completes our commands, and quickly. Shells that are not in use are left alone. */
async function completionFindings(context: CommandContext): Promise<DoctorFinding[]> {
  const { env, paths } = context;
  const { completionFiles, completionShells } = await import("../completion/completion-script.ts");
  const { addToProfile, shellProfile, withCompletion, writeCompletionFiles } = await import(
    "../completion/install-completion.ts"
  );
  const shell = completionShells.find((each) => each === path.basename(env.SHELL ?? ""));
  const profile = shell && shellProfile(shell, paths.home);
  if (!shell || !profile) return [];
  const script = path.join(paths.stateDir, "completions", completionFiles[shell]);
  const text = fs.existsSync(profile) ? fs.readFileSync(profile, "utf8") : "";
  const slow = /openclaw completion\b/.test(text);
  const loaded = text.includes(script);
  if (loaded && !slow && fs.existsSync(script)) return [];
  const what = slow
    ? `${profile} starts the program with every shell to complete its commands.`
    : loaded
      ? `${profile} loads ${script}, which is missing.`
      : `Commands are not completed in ${shell}.`;
  return [
    {
      title: "Shell completion",
      lines: [what],
      repair: {
        question: slow || loaded ? "Repair the completion?" : `Load the completion in ${profile}?`,
        // Somebody's profile: what is there is repaired, a new line is for them to ask for.
        kind: slow || loaded ? "ordinary" : "aggressive",
        preset: slow || loaded,
        async apply() {
          await writeCompletionFiles(paths.stateDir, [shell], await context.completionPlaces());
          if (withCompletion(text, script) !== text) await addToProfile(profile, script);
          return [`Completion is loaded in ${profile}.`];
        },
      },
    },
  ];
}
