import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { ensureWorkspace } from "@openclaw/agent-runtime";
import { agentSlug } from "@openclaw/config";
import { agentDir, agentWorkspace, expandTilde, sessionsDir } from "@openclaw/config/paths";
import { defaultAgentIdOf } from "@openclaw/sessions";
import {
  type AgentBinding,
  bindingText,
  type NewAgent,
  placeBindings,
  readBinding,
  withAgent,
} from "@openclaw/setup/agents";
import { ensurePrivateDir, writeFileAtomic } from "@openclaw/storage";
import { agentPlaces } from "../agents/agent-places.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { agentsAddFlags } from "../spec/agents-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import { createPrompter, type TerminalPrompter } from "../terminal/prompter.ts";
import { asCliError } from "./config-failure.ts";
import { editConfig } from "./edit-config.ts";

type Flags = CommandInput<typeof agentsAddFlags>["flags"];

interface Wish {
  name: string;
  workspace: string;
  bindings: AgentBinding[];
  copyAuth: boolean;
}

/** `agents add`: another agent with a workspace, state and rules of its own. Without flags it asks. */
export async function run(
  { flags, args }: CommandInput<typeof agentsAddFlags>,
  context: CommandContext,
): Promise<undefined> {
  const [given] = args;
  const { workspace, model, bind } = flags;
  const asks = ![workspace, model, bind, flags["agent-dir"]].some(Boolean) && !flags["non-interactive"] && !flags.json;
  const wish = asks ? await ask(given, context) : fromFlags(given, flags);
  if (!wish) return void context.print("Cancelled.");
  const { config, parsed } = await context.config();
  const id = agentSlug(wish.name);
  if (id === "main") throw new CliError('"main" is reserved. Choose another name.', { code: "usage" });
  const exists = config.agents?.list?.some((agent) => agentSlug(agent.id) === id);
  if (exists && !asks) throw new CliError(`Agent "${id}" already exists.`, { code: "usage" });
  if (id !== wish.name.trim() && !flags.json) context.print(`Normalized agent id to "${id}".`);
  const { paths, cwd } = context;
  const absolute = (dir: string) => path.resolve(cwd, expandTilde(dir, paths.home));
  const agent: NewAgent = {
    id,
    name: wish.name.trim(),
    workspace: absolute(wish.workspace),
    agentDir: flags["agent-dir"]?.trim() ? absolute(flags["agent-dir"].trim()) : agentDir(paths, id),
    ...(model?.trim() && { model: model.trim() }),
  };
  const bindings = placeBindings(parsed, id, wish.bindings);
  try {
    await editConfig(context, (store) => store.edit((value) => withAgent(value, agent, wish.bindings)));
  } catch (error) {
    throw asCliError(error);
  }
  await furnish(agent, wish.copyAuth, context);
  if (flags.json) {
    const { id: agentId, ...rest } = agent;
    return void context.printJson({ agentId, ...rest, bindings });
  }
  const line = (label: string, value: string) => context.print(`${label}: ${context.shorten(value)}`);
  line("Agent", id);
  line("Workspace", agent.workspace);
  line("Agent dir", agent.agentDir);
  if (agent.model) line("Model", agent.model);
  for (const added of bindings.added) line("Routed here", bindingText(added));
  for (const conflict of bindings.conflicts) {
    context.warn(`${bindingText(conflict)} already leads to agent "${conflict.agentId}" and was left to it.`);
  }
  if (asks) context.print(`Agent "${id}" ready.`);
}

function fromFlags(given: string | undefined, flags: Flags): Wish {
  if (!given?.trim()) throw new CliError("Agent name is required in non-interactive mode.", { code: "usage" });
  if (!flags.workspace?.trim()) {
    const text = "Non-interactive mode requires --workspace. Re-run without flags to use the wizard.";
    throw new CliError(text, { code: "usage" });
  }
  return { name: given, workspace: flags.workspace.trim(), bindings: readBindings(flags.bind ?? ""), copyAuth: false };
}

function readBindings(text: string): AgentBinding[] {
  return text
    .split(",")
    .filter((each) => each.trim() !== "")
    .map((each) => {
      const binding = readBinding(each);
      if (binding) return binding;
      throw new CliError(`--bind: "${each.trim()}" is not channel[:accountId].`, { code: "usage" });
    });
}

async function ask(given: string | undefined, context: CommandContext): Promise<Wish | undefined> {
  if (context.stdin.isTTY !== true) {
    const text = "Non-interactive mode requires --workspace. Re-run without flags to use the wizard.";
    throw new CliError(given?.trim() ? text : "Agent name is required in non-interactive mode.", { code: "usage" });
  }
  const prompter = createPrompter(context);
  try {
    return await interview(given, prompter, context);
  } finally {
    prompter.close();
  }
}

async function interview(
  given: string | undefined,
  prompter: TerminalPrompter,
  context: CommandContext,
): Promise<Wish | undefined> {
  const { config } = await context.config();
  context.print(context.style.heading("Add OpenClaw agent"));
  const named = (text: string) => {
    if (text.trim() === "") return "A name is needed.";
    return agentSlug(text) === "main" ? '"main" is reserved. Choose another name.' : undefined;
  };
  const name =
    given && named(given) === undefined ? given : await prompter.text({ message: "Agent name", validate: named });
  const id = agentSlug(name);
  const exists = config.agents?.list?.some((agent) => agentSlug(agent.id) === id);
  if (exists && !(await prompter.confirm({ message: `Agent "${id}" already exists. Update it?` }))) return undefined;
  const preset = exists ? agentPlaces(config, id, context).workspace : agentWorkspace(context.paths, id);
  const workspace = await prompter.text({ message: "Workspace directory", initial: preset });
  const defaultId = defaultAgentIdOf(config);
  const source = path.join(agentPlaces(config, defaultId, context).agentDir, "auth-profiles.json");
  const hasOwn = existsSync(path.join(agentPlaces(config, id, context).agentDir, "auth-profiles.json"));
  const copyAuth =
    existsSync(source) && !hasOwn && (await prompter.confirm({ message: `Copy auth profiles from "${defaultId}"?` }));
  const channels = Object.keys(config.channels ?? {}).filter((channel) => channel !== "defaults");
  const bindings: AgentBinding[] = [];
  if (
    channels.length > 0 &&
    (await prompter.confirm({ message: "Route selected channels to this agent now? (bindings)" }))
  ) {
    for (const channel of channels) {
      if (await prompter.confirm({ message: `Route ${channel} to "${id}"?` })) bindings.push({ channel });
    }
  }
  return { name, workspace, bindings, copyAuth };
}

/** The directories of a new agent. */
async function furnish(agent: NewAgent, copyAuth: boolean, context: CommandContext): Promise<void> {
  const { config } = await context.config();
  const skipBootstrap = config.agents?.defaults?.skipBootstrap === true;
  const { repository } = await ensureWorkspace(agent.workspace, { skipBootstrap, env: context.env });
  await repository;
  await ensurePrivateDir(agent.agentDir);
  await ensurePrivateDir(sessionsDir(context.paths, agent.id));
  if (!copyAuth) return;
  const source = path.join(agentPlaces(config, defaultAgentIdOf(config), context).agentDir, "auth-profiles.json");
  await writeFileAtomic(path.join(agent.agentDir, "auth-profiles.json"), readFileSync(source), { mode: 0o600 });
}
