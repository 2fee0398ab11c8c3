import { createBinarySearch, createGmailWatcher, gmailSettings, systemPrograms } from "@openclaw/automation";
import { createLog } from "@openclaw/log";
import { gatewayPort, gmailOverrides } from "../gmail/gmail-flags.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { gmailRunFlags } from "../spec/webhooks-commands.ts";

/** `webhooks gmail run`: the watcher in the foreground, until it is interrupted. */
export async function run({ flags }: CommandInput<typeof gmailRunFlags>, context: CommandContext): Promise<undefined> {
  const { config } = await context.config();
  if (!createBinarySearch(context.env)("gog")) throw new CliError("gog not installed; install it and retry");
  const settings = gmailSettings(config, await gatewayPort(context), gmailOverrides(flags));
  if ("problem" in settings) throw new CliError(settings.problem, { code: "gmail" });
  const log = createLog({ file: false, level: "info" });
  const watcher = createGmailWatcher({
    settings,
    programs: systemPrograms(context.env),
    timers: {
      after(ms, fn) {
        const timer = setTimeout(fn, ms);
        return () => clearTimeout(timer);
      },
    },
    log,
  });
  await watcher.start();
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  await watcher.stop();
  await log.close();
}
