import path from "node:path";
import { agentSlug } from "@openclaw/config";
import { agentDir, expandTilde } from "@openclaw/config/paths";
import { type AgentBinding, bindingText, placeBindings, readBinding } from "@openclaw/setup/agents";
import { type AgentPlan, addAgentWithQuestions, agentNameProblem, commitAgent } from "@openclaw/setup/onboarding";
import { agentPlaces } from "../agents/agent-places.ts";
import { runSteps, setupWorld } from "../onboarding/setup-world.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { agentsAddFlags } from "../spec/agents-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";

type Flags = CommandInput<typeof agentsAddFlags>["flags"];

/** `agents add`: another agent with a workspace, state and rules of its own. Without flags it asks. */
export async function run({ flags, args }: CommandInput<typeof agentsAddFlags>, context: CommandContext) {
  const [given] = args;
  const { workspace, model, bind } = flags;
  const asks = ![workspace, model, bind, flags["agent-dir"]].some(Boolean) && !flags["non-interactive"] && !flags.json;
  return runSteps(context, () => (asks ? addByQuestions(given, context) : addByFlags(given, flags, context)));
}

async function addByFlags(given: string | undefined, flags: Flags, context: CommandContext): Promise<void> {
  const { paths, cwd } = context;
  const plan = fromFlags(given, flags, (dir) => path.resolve(cwd, expandTilde(dir, paths.home)), context);
  const { id } = plan.agent;
  const { config, parsed } = await context.config();
  if (config.agents?.list?.some((agent) => agentSlug(agent.id) === id)) {
    throw new CliError(`Agent "${id}" already exists.`, { code: "usage" });
  }
  if (id !== plan.agent.name && !flags.json) context.print(`Normalized agent id to "${id}".`);
  const bindings = placeBindings(parsed, id, plan.bindings);
  await commitAgent(plan, await setupWorld(context, { tell: (line) => context.print(line), interactive: false }));
  if (!flags.json) return tellAgent(plan, bindings, context);
  const { id: agentId, ...rest } = plan.agent;
  context.printJson({ agentId, ...rest, bindings });
}

async function addByQuestions(given: string | undefined, context: CommandContext): Promise<void> {
  if (context.stdin.isTTY !== true) {
    const text = "Non-interactive mode requires --workspace. Re-run without flags to use the wizard.";
    throw new CliError(given?.trim() ? text : "Agent name is required in non-interactive mode.", { code: "usage" });
  }
  const { createClackPrompter } = await import("../terminal/clack-prompter.ts");
  const prompter = await createClackPrompter(context);
  const world = await setupWorld(context, { tell: (line) => prompter.line(line), interactive: true });
  const { config, parsed } = world.snapshot;
  const plan = await addAgentWithQuestions(given, (id) => agentPlaces(config, id, context), prompter, world);
  const bindings = placeBindings(parsed, plan.agent.id, plan.bindings);
  await commitAgent(plan, world);
  tellAgent(plan, bindings, { ...context, print: (line = "") => prompter.line(line) });
  await prompter.outro(`Agent "${plan.agent.id}" ready.`);
}

function tellAgent(
  { agent }: AgentPlan,
  bindings: ReturnType<typeof placeBindings>,
  context: Pick<CommandContext, "print" | "warn" | "shorten">,
): void {
  const line = (label: string, value: string) => context.print(`${label}: ${context.shorten(value)}`);
  line("Agent", agent.id);
  line("Workspace", agent.workspace);
  line("Agent dir", agent.agentDir);
  if (agent.model) line("Model", agent.model);
  for (const added of bindings.added) line("Routed here", bindingText(added));
  for (const conflict of bindings.conflicts) {
    context.warn(`${bindingText(conflict)} already leads to agent "${conflict.agentId}" and was left to it.`);
  }
}

function fromFlags(
  given: string | undefined,
  flags: Flags,
  absolute: (dir: string) => string,
  { paths }: CommandContext,
): AgentPlan {
  if (!given?.trim()) throw new CliError("Agent name is required in non-interactive mode.", { code: "usage" });
  if (!flags.workspace?.trim()) {
    const text = "Non-interactive mode requires --workspace. Re-run without flags to use the wizard.";
    throw new CliError(text, { code: "usage" });
  }
  const bindings = readBindings(flags.bind ?? "");
  const problem = agentNameProblem(given);
  if (problem !== undefined) throw new CliError(problem, { code: "usage" });
  const id = agentSlug(given);
  const dir = flags["agent-dir"]?.trim();
  const model = flags.model?.trim();
  return {
    agent: {
      id,
      name: given.trim(),
      workspace: absolute(flags.workspace.trim()),
      agentDir: dir ? absolute(dir) : agentDir(paths, id),
      ...(model && { model }),
    },
    bindings,
  };
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
