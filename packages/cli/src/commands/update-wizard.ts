import { effectiveChannel } from "@openclaw/setup/update";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { updateWizardFlags } from "../spec/update-commands.ts";
import { createPrompter } from "../terminal/prompter.ts";
import { installation, updateWorld } from "../update/update-world.ts";
import { run as update } from "./update.ts";

/** `update wizard`: the same with questions. */
export async function run({ flags }: CommandInput<typeof updateWizardFlags>, context: CommandContext): Promise<number> {
  if (context.stdin.isTTY !== true) throw new CliError("update wizard needs a terminal.", { code: "no-terminal" });
  const { config } = await context.config();
  const found = installation(context);
  const { value: current } = effectiveChannel(found, config.update?.channel);
  const prompter = createPrompter(context, "Update cancelled.");
  let channel: string;
  let restart: boolean;
  try {
    const now = (name: string) => (name === current ? { hint: "now" } : {});
    channel = await prompter.select({
      message: "Update channel",
      options: [
        { value: "stable", label: "Stable", ...now("stable") },
        { value: "beta", label: "Beta", ...now("beta") },
        { value: "dev", label: "Dev (sources)", ...now("dev") },
      ],
    });
    if (channel === "dev" && found?.kind === "package") {
      const { gitDir } = updateWorld(context, flags.timeout * 1000);
      const message = `Clone the sources to ${context.shorten(gitDir)} (OPENCLAW_GIT_DIR) and build them?`;
      if (!(await prompter.confirm({ message, initial: true }))) return cancelled(context);
    }
    if (!(await prompter.confirm({ message: "Update now?", initial: true }))) return cancelled(context);
    restart = await prompter.confirm({ message: "Restart the service afterwards?", initial: true });
  } finally {
    prompter.close();
  }
  const answers = { channel, tag: undefined, "no-restart": !restart, yes: false, timeout: flags.timeout, json: false };
  return update({ flags: answers, args: [] }, context);
}

function cancelled(context: CommandContext): number {
  context.print("Update cancelled.");
  return 0;
}
