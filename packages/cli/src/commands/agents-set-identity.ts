import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { agentSlug, type OpenClawConfig } from "@openclaw/config";
import { expandTilde } from "@openclaw/config/paths";
import { type AgentIdentityFields, readIdentity, withIdentity } from "@openclaw/setup/agents";
import { agentPlaces } from "../agents/agent-places.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { agentsSetIdentityFlags } from "../spec/agents-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import { asCliError } from "./config-failure.ts";
import { editConfig } from "./edit-config.ts";

type Flags = CommandInput<typeof agentsSetIdentityFlags>["flags"];

/** `agents set-identity`: what an agent is called and looks like. */
export async function run(
  { flags }: CommandInput<typeof agentsSetIdentityFlags>,
  context: CommandContext,
): Promise<undefined> {
  const { config } = await context.config();
  const { cwd, paths } = context;
  const absolute = (file: string) => path.resolve(cwd, expandTilde(file, paths.home));
  const file = flags["identity-file"]?.trim() ? absolute(flags["identity-file"].trim()) : undefined;
  const dir = flags.workspace?.trim() ? absolute(flags.workspace.trim()) : file && path.dirname(file);
  const id = chosenAgent(flags.agent?.trim(), dir, config, context);
  const { workspace } = agentPlaces(config, id, context);
  const reads = flags["from-identity"] || file !== undefined;
  const source = file ?? path.join(dir ?? workspace, "IDENTITY.md");
  const identity = { ...(reads ? fromFile(source) : {}), ...fromFlags(flags) };
  if (Object.keys(identity).length === 0) {
    const text = "No identity fields provided. Use --name/--emoji/--theme/--avatar or --from-identity.";
    throw new CliError(text, { code: "usage" });
  }
  const listed = config.agents?.list?.find((agent) => agentSlug(agent.id) === id)?.id ?? id;
  try {
    await editConfig(context, (store) => store.edit((value) => withIdentity(value, listed, identity)));
  } catch (error) {
    throw asCliError(error);
  }
  if (flags.json) {
    return void context.printJson({ agentId: id, identity, workspace, identityFile: reads ? source : null });
  }
  context.print(`Agent: ${id}`);
  for (const [key, value] of Object.entries(identity))
    context.print(`${key[0]?.toUpperCase()}${key.slice(1)}: ${value}`);
}

function fromFlags({ name, theme, emoji, avatar }: Flags): AgentIdentityFields {
  const given = { name, theme, emoji, avatar };
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) => (value?.trim() ? [[key, value.trim()]] : [])),
  );
}

function fromFile(file: string): AgentIdentityFields {
  const identity = existsSync(file) ? readIdentity(readFileSync(file, "utf8")) : {};
  if (Object.keys(identity).length > 0) return identity;
  throw new CliError(`No identity data found in ${file}.`, { code: "not-found" });
}

/** The agent that is named, or the one that works in a directory. */
function chosenAgent(
  named: string | undefined,
  dir: string | undefined,
  config: OpenClawConfig,
  context: CommandContext,
): string {
  const ids = (config.agents?.list ?? [{ id: "main" }]).map(({ id }) => agentSlug(id));
  if (named) {
    const id = agentSlug(named);
    if (!ids.includes(id)) throw new CliError(`Agent "${id}" not found.`, { code: "not-found" });
    return id;
  }
  if (dir === undefined) {
    throw new CliError("Select an agent with --agent or provide a workspace via --workspace.", { code: "usage" });
  }
  const found = ids.filter((id) => agentPlaces(config, id, context).workspace === dir);
  const [only] = found;
  if (only === undefined) {
    const text = `No agent workspace matches ${context.shorten(dir)}. Pass --agent to target a specific agent.`;
    throw new CliError(text, { code: "not-found" });
  }
  if (found.length > 1) {
    const text = `Multiple agents match ${context.shorten(dir)}: ${found.join(", ")}. Pass --agent to choose one.`;
    throw new CliError(text, { code: "usage" });
  }
  return only;
}
