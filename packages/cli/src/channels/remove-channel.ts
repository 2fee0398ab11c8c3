import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import { createPrompter } from "../terminal/prompter.ts";
import { localChannels } from "./local-channels.ts";
import { deleteAccount, disableAccount } from "./remove-account.ts";

/** Switches an account off or deletes it, after asking which one. */
export async function removeChannel(context: CommandContext): Promise<undefined> {
  const { config } = await context.config();
  const configured = context.channels.filter(({ meta }) => config.channels?.[meta.id] !== undefined);
  if (configured.length === 0) throw new CliError("No channel is configured.");
  const prompter = createPrompter(context);
  try {
    const id = await prompter.select({
      message: "Select a channel",
      options: configured.map(({ meta }) => ({ value: meta.id, label: meta.label })),
    });
    const channel = await localChannels(context).load(id);
    const { ids } = localChannels(context).accounts(channel, config);
    const accountId =
      ids.length === 1
        ? (ids[0] ?? "default")
        : await prompter.select({
            message: `${channel.meta.label} account`,
            options: ids.map((each) => ({ value: each, label: each })),
          });
    const how = await prompter.select({
      message: `What is to happen to ${channel.meta.label} account "${accountId}"?`,
      options: [
        { value: "disable", label: "Disable", hint: "keeps config" },
        { value: "delete", label: "Delete" },
      ],
    });
    const { label } = channel.meta;
    if (how === "disable") await disableAccount(channel, accountId, context);
    else if (!(await prompter.confirm({ message: `Delete ${label} account "${accountId}"?` }))) return;
    else await deleteAccount(channel, accountId, context);
  } finally {
    prompter.close();
  }
}
