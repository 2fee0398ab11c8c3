import { createBinarySearch, GmailSetupError, setUpGmail, systemPrograms } from "@openclaw/automation";
import { gatewayPort, gmailOverrides } from "../gmail/gmail-flags.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { gmailSetupFlags } from "../spec/webhooks-commands.ts";
import { editConfig } from "./edit-config.ts";

/** `webhooks gmail setup`. Secrets are shown by `--json` alone. */
export async function run(
  { flags }: CommandInput<typeof gmailSetupFlags>,
  context: CommandContext,
): Promise<undefined> {
  const { config } = await context.config();
  try {
    const { settings, project, pushEndpoint, patch } = await setUpGmail({
      config,
      gatewayPort: await gatewayPort(context),
      given: { ...gmailOverrides(flags), project: flags.project, pushEndpoint: flags["push-endpoint"] },
      programs: systemPrograms(context.env),
      hasBinary: createBinarySearch(context.env),
      print: (line) => (flags.json ? undefined : context.print(line)),
    });
    await editConfig(context, (store) => store.patch({ patch }));
    if (flags.json) {
      context.printJson({ project, pushEndpoint, ...settings });
      return;
    }
    context.print(`Gmail hook ready: ${settings.account} (${settings.label})`);
    context.print(`Topic: ${settings.topic}`);
    context.print(`Subscription: ${settings.subscription}`);
    context.print(`Push endpoint: ${pushEndpoint.split("?", 1)[0]}`);
    context.print("Restart the gateway, or run it now, and mails come in.");
  } catch (error) {
    if (error instanceof GmailSetupError) throw new CliError(error.message, { code: "gmail-setup", cause: error });
    throw error;
  }
}
