import { planUpdate, runUpdate, type UpdateChannel, type UpdatePlan, type UpdateResult } from "@openclaw/setup/update";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { updateFlags } from "../spec/update-commands.ts";
import { startProgress } from "../terminal/progress.ts";
import { createPrompter } from "../terminal/prompter.ts";
import { afterUpdate } from "../update/after-update.ts";
import { resultLines } from "../update/result-lines.ts";
import { updateWorld } from "../update/update-world.ts";
import { editConfig } from "./edit-config.ts";

/** How long a registry may take to say which versions there are, ms. */
const registryMs = 30_000;

/** `update`: brings the program up to date, where its package says from where. */
export async function run({ flags }: CommandInput<typeof updateFlags>, context: CommandContext): Promise<number> {
  const channel = readChannel(flags.channel);
  const { config } = await context.config();
  const world = updateWorld(context, flags.timeout * 1000);
  if (context.env.OPENCLAW_NIX_MODE === "1") {
    throw new CliError("Nix mode detected; update this program through Nix.", { code: "nix-mode" });
  }
  const request = { channel: channel ?? config.update?.channel, tag: flags.tag?.trim() || undefined };
  const plan = await planned(world, request, context);
  if (!(await mayGoBack(plan, world.installation?.version ?? "unknown", flags, context))) {
    context.print("Update cancelled.");
    return 0;
  }
  const { stderr: stream, errorStyle: style } = context;
  const progress = startProgress("Updating…", { stream, style, env: context.env, quiet: flags.json });
  let result: UpdateResult;
  try {
    result = await runUpdate(plan, { ...world, onStep: (name) => progress.update(name) });
  } finally {
    progress.stop();
  }
  const tell = flags.json ? context.warn : context.print;
  if (!flags.json) for (const line of resultLines(result)) context.print(line);
  if (result.status === "ok") {
    if (channel !== undefined) {
      await editConfig(context, (store) => store.set("update.channel", channel));
      tell(`Update channel set to ${channel}.`);
    }
    await afterUpdate({ restart: !flags["no-restart"], tell }, context);
  }
  if (flags.json) context.printJson(result);
  return result.status === "error" ? 1 : 0;
}

function readChannel(text: string | undefined): UpdateChannel | undefined {
  if (text === undefined || text === "stable" || text === "beta" || text === "dev") return text;
  throw new CliError(`--channel must be "stable", "beta", or "dev" (got "${text}")`, { code: "usage" });
}

async function planned(
  world: ReturnType<typeof updateWorld>,
  request: Parameters<typeof planUpdate>[1],
  context: CommandContext,
): Promise<UpdatePlan> {
  try {
    return await planUpdate(world.installation, request, {
      fetch: context.fetch,
      run: world.run,
      timeoutMs: registryMs,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(`The registry could not be asked: ${reason}`, { code: "registry-failed", cause: error });
  }
}

/** An older version may not understand what a newer one has written. */
async function mayGoBack(
  plan: UpdatePlan,
  current: string,
  flags: { yes: boolean; json: boolean },
  context: CommandContext,
): Promise<boolean> {
  if (plan.kind !== "package" || !plan.downgrade || flags.yes) return true;
  const target = plan.version ?? "an unknown version";
  if (context.stdin.isTTY !== true || flags.json) {
    const lines = ["Downgrade confirmation required.", "Run it on a terminal, or add --yes."];
    throw new CliError(lines, { code: "downgrade" });
  }
  const prompter = createPrompter(context, "Update cancelled.");
  try {
    return await prompter.confirm({
      message: `Downgrading from ${current} to ${target} can break configuration. Continue?`,
    });
  } finally {
    prompter.close();
  }
}
