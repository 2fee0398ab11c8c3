import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { agentSlug } from "@openclaw/config";
import { sessionsDir } from "@openclaw/config/paths";
import { withoutAgent } from "@openclaw/setup/agents";
import { isInside, isUnsafe } from "@openclaw/setup/reset";
import { moveToTrash } from "@openclaw/storage";
import { agentPlaces } from "../agents/agent-places.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { agentsDeleteFlags } from "../spec/agents-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import { confirm } from "../terminal/confirm.ts";
import { asCliError } from "./config-failure.ts";
import { editConfig } from "./edit-config.ts";

/** `agents delete`: takes an agent out of the configuration and moves what it had to the Trash. */
export async function run(
  { flags, args }: CommandInput<typeof agentsDeleteFlags>,
  context: CommandContext,
): Promise<undefined> {
  const given = args[0]?.trim();
  if (!given) throw new CliError("Agent id is required.", { code: "usage" });
  const id = agentSlug(given);
  if (id === "main") throw new CliError('"main" cannot be deleted.', { code: "usage" });
  const { config, parsed } = await context.config();
  const entry = config.agents?.list?.find((agent) => agentSlug(agent.id) === id);
  if (!entry) throw new CliError(`Agent "${id}" not found.`, { code: "not-found" });
  const { workspace, agentDir } = agentPlaces(config, id, context);
  const sessions = sessionsDir(context.paths, id);
  if (!flags.force) {
    if (context.stdin.isTTY !== true || flags.json) {
      throw new CliError("Non-interactive session. Re-run with --force.", { code: "no-terminal" });
    }
    if (!(await confirm(`Delete agent "${id}" with its workspace and sessions?`, context))) {
      return void context.print("Cancelled.");
    }
  }
  const { removedBindings, removedAllow } = withoutAgent(parsed, entry.id);
  try {
    await editConfig(context, (store) => store.edit((value) => withoutAgent(value, entry.id).value));
  } catch (error) {
    throw asCliError(error);
  }
  const others = (config.agents?.list ?? []).filter((agent) => agentSlug(agent.id) !== id);
  const shared = others.flatMap((agent) => Object.values(agentPlaces(config, agentSlug(agent.id), context)));
  for (const dir of [workspace, agentDir, sessions]) {
    // What another agent works in, or in a part of, stays.
    if (shared.some((other) => isInside(other, dir)))
      context.warn(`Kept ${context.shorten(dir)}: another agent uses it.`);
    else await discard(dir, context);
  }
  if (flags.json) {
    const result = { agentId: id, workspace, agentDir, sessionsDir: sessions, removedBindings, removedAllow };
    return void context.printJson(result);
  }
  context.print(`Deleted agent "${id}".`);
}

async function discard(dir: string, { paths, env, now, warn, shorten }: CommandContext): Promise<void> {
  if (!existsSync(dir)) return;
  if (isUnsafe(dir, paths.home)) return warn(`Refusing to remove unsafe path: ${shorten(dir)}`);
  const world = { home: paths.home, env, platform: process.platform, now, create: true };
  if (!(await moveToTrash(dir, world))) await rm(dir, { recursive: true, force: true });
}
