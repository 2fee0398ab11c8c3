import { existsSync } from "node:fs";
import path from "node:path";
import { agentSlug } from "@openclaw/config";
import { agentWorkspace, expandTilde } from "@openclaw/config/paths";
import { defaultAgentIdOf } from "@openclaw/sessions";
import type { AgentBinding } from "../agents/index.ts";
import type { AgentPlan } from "./commit-agent.ts";
import { noOptions } from "./onboard-options.ts";
import { createSetupDraft, type SetupDraft } from "./setup-draft.ts";
import { SetupCancelled, type SetupPrompter } from "./setup-prompter.ts";
import type { SetupWorld } from "./setup-world.ts";
import { authStep } from "./steps/auth-step.ts";
import { channelsStep } from "./steps/channels-step.ts";
import { modelCheck, modelStep } from "./steps/model-step.ts";

/** Where an agent that is configured, or would be, works and keeps its state. */
export type AgentPlaces = (id: string) => { workspace: string; agentDir: string };

/** What is wrong with the name of an agent; undefined when nothing is. */
export function agentNameProblem(text: string): string | undefined {
  if (text.trim() === "") return "A name is needed.";
  return agentSlug(text) === "main" ? '"main" is reserved. Choose another name.' : undefined;
}

/** Asks for everything about another agent. Nothing is written. @throws SetupCancelled */
export async function addAgentWithQuestions(
  given: string | undefined,
  placesOf: AgentPlaces,
  prompter: SetupPrompter,
  world: SetupWorld,
): Promise<AgentPlan> {
  const { config } = world.snapshot;
  await prompter.intro("Add OpenClaw agent");
  const name =
    given !== undefined && agentNameProblem(given) === undefined
      ? given
      : await prompter.text({ message: "Agent name", validate: agentNameProblem });
  const id = agentSlug(name);
  if (id !== name.trim()) await prompter.note(`Normalized agent id to "${id}".`, "Agent id");
  const exists = config.agents?.list?.some((agent) => agentSlug(agent.id) === id) === true;
  if (exists && !(await prompter.confirm({ message: `Agent "${id}" already exists. Update it?`, initial: false }))) {
    throw new SetupCancelled();
  }
  const places = placesOf(id);
  const preset = exists ? places.workspace : agentWorkspace(world.paths, id);
  const required = (text: string) => (text.trim() ? undefined : "Required");
  const typed = await prompter.text({ message: "Workspace directory", initial: preset, validate: required });
  const copyFrom = await askCopy(places.agentDir, placesOf, prompter, world);
  const draft = createSetupDraft(world);
  const model = await askModel(draft, prompter, world);
  await channelsStep(draft, prompter, world, { quick: false });
  const bindings = await askBindings(draft, prompter);
  return {
    agent: {
      id,
      name: name.trim(),
      workspace: path.resolve(expandTilde(typed, world.paths.home)),
      agentDir: places.agentDir,
      ...(model !== undefined && { model }),
    },
    bindings,
    copyFrom,
    draft,
  };
}

/** The credentials of the default agent, where they are wanted by an agent that has none. */
async function askCopy(
  agentDir: string,
  placesOf: AgentPlaces,
  prompter: SetupPrompter,
  { snapshot }: SetupWorld,
): Promise<string | undefined> {
  const defaultId = defaultAgentIdOf(snapshot.config);
  const source = path.join(placesOf(defaultId).agentDir, "auth-profiles.json");
  if (!existsSync(source) || existsSync(path.join(agentDir, "auth-profiles.json"))) return undefined;
  const wanted = await prompter.confirm({ message: `Copy auth profiles from "${defaultId}"?`, initial: false });
  return wanted ? source : undefined;
}

/** @returns the model that was chosen for this agent; undefined leaves it what all have */
async function askModel(draft: SetupDraft, prompter: SetupPrompter, world: SetupWorld): Promise<string | undefined> {
  const message = "Configure model/auth for this agent now?";
  if (!(await prompter.confirm({ message, initial: false }))) return undefined;
  const provider = await authStep(draft, noOptions, prompter, world);
  await modelStep(draft, provider, prompter, world);
  await modelCheck(draft, prompter, world);
  const chosen = primaryOf(draft.config());
  return chosen === primaryOf(world.snapshot.config) ? undefined : chosen;
}

function primaryOf({ agents }: SetupWorld["snapshot"]["config"]): string | undefined {
  const model = agents?.defaults?.model;
  return typeof model === "string" ? model : model?.primary;
}

/** Rules that lead what was just set up to this agent; where nothing was, those that are wanted of what is there. */
async function askBindings(draft: SetupDraft, prompter: SetupPrompter): Promise<AgentBinding[]> {
  const selected = stagedChannels(draft);
  const known = Object.keys(draft.config().channels ?? {}).filter((id) => id !== "defaults");
  if (selected.length === 0 && known.length === 0) return [];
  const message = "Route selected channels to this agent now? (bindings)";
  if (!(await prompter.confirm({ message, initial: false }))) return [];
  if (selected.length > 0) return selected;
  const chosen = await prompter.multiselect({
    message: "Channels to route",
    options: known.map((id) => ({ value: id, label: id })),
  });
  return chosen.map((channel) => ({ channel }));
}

/** The channels that were set up, with their accounts where they were named. */
function stagedChannels(draft: SetupDraft): AgentBinding[] {
  const { channels } = draft.patch();
  if (typeof channels !== "object" || channels === null) return [];
  return Object.entries(channels).flatMap(([channel, section]: [string, unknown]) => {
    if (typeof section !== "object" || section === null || channel === "defaults") return [];
    const accounts = "accounts" in section && typeof section.accounts === "object" ? section.accounts : undefined;
    const ids = Object.keys(accounts ?? {});
    return ids.length === 0 ? [{ channel }] : ids.map((accountId) => ({ channel, accountId }));
  });
}
