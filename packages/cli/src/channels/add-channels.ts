import { type Channel, type ChannelEntry, defaultAccountId, normalizeAccountId } from "@openclaw/plugin-sdk";
import { editConfig } from "../commands/edit-config.ts";
import type { CommandContext } from "../run/command-context.ts";
import { createPrompter, type TerminalPrompter } from "../terminal/prompter.ts";
import { addAccount } from "./add-account.ts";
import { localChannels } from "./local-channels.ts";

const finished = "__done__";
const anotherAccount = "__new__";

/** Adds channels and accounts by asking for what they need, until nothing more is wanted. Each is written when it is complete. */
export async function addChannels(context: CommandContext): Promise<undefined> {
  const prompter = createPrompter(context);
  const { config } = await context.config();
  const isConfigured = (id: string) => config.channels?.[id] !== undefined;
  try {
    prompter.note(
      context.channels
        .map(({ meta }) => `${meta.label}: ${isConfigured(meta.id) ? "configured" : "not configured"}`)
        .join("\n"),
      "Channel status",
    );
    for (;;) {
      const chosen = await prompter.select({
        message: "Select a channel",
        options: [
          ...context.channels.map(({ meta }) => ({
            value: meta.id,
            label: meta.label,
            ...(meta.description === undefined ? {} : { hint: meta.description }),
          })),
          { value: finished, label: "Finished" },
        ],
      });
      if (chosen === finished) break;
      const entry = context.channels.find(({ meta }) => meta.id === chosen);
      if (entry !== undefined) await configure(entry, prompter, context);
    }
    context.print("Channels updated.");
  } finally {
    prompter.close();
  }
}

async function configure(entry: ChannelEntry, prompter: TerminalPrompter, context: CommandContext): Promise<void> {
  const channel = await entry.load();
  const { label } = channel.meta;
  const { config } = await context.config();
  const local = localChannels(context);
  const { section } = local.input(channel, config);
  if (section !== undefined) {
    const wish = await prompter.select({
      message: `${label} already configured. What do you want to do?`,
      options: [
        { value: "update", label: "Update settings" },
        { value: "disable", label: "Disable", hint: "keeps config" },
        { value: "delete", label: "Delete" },
        { value: "skip", label: "Skip" },
      ],
    });
    if (wish === "skip") return;
    const accountId = await chooseAccount(channel, local.accounts(channel, config).ids, wish === "update", prompter);
    if (wish !== "update") return remove(channel, accountId, wish === "delete", prompter, context);
    return ask(channel, entry, accountId, prompter, context);
  }
  return ask(channel, entry, defaultAccountId, prompter, context);
}

async function chooseAccount(
  { meta }: Channel,
  ids: readonly string[],
  mayBeNew: boolean,
  prompter: TerminalPrompter,
): Promise<string> {
  const options = ids.map((id) => ({ value: id, label: id }));
  if (!mayBeNew && options.length === 1) return ids[0] ?? defaultAccountId;
  const chosen = await prompter.select({
    message: `${meta.label} account`,
    options: [...options, ...(mayBeNew ? [{ value: anotherAccount, label: "Add a new account" }] : [])],
  });
  if (chosen !== anotherAccount) return chosen;
  return normalizeAccountId(await prompter.text({ message: `New ${meta.label} account id` }));
}

/** Asks for what a channel needs and writes it; what the channel refuses is asked for again. */
async function ask(
  channel: Channel,
  entry: ChannelEntry,
  accountId: string,
  prompter: TerminalPrompter,
  context: CommandContext,
): Promise<void> {
  const { label } = channel.meta;
  if (channel.accounts?.setup === undefined) return context.warn(`Channel ${channel.meta.id} does not support add.`);
  const variables = (entry.env ?? []).filter((name) => (context.env[name] ?? "").trim() !== "");
  const inEnv = accountId === defaultAccountId && variables.length > 0 && variables.length === entry.env?.length;
  const useEnv =
    inEnv && (await prompter.confirm({ message: `${variables.join(", ")} detected. Use env var?`, initial: true }));
  for (;;) {
    const values: Record<string, string> = {};
    for (const { name, message, secret } of useEnv ? [] : (channel.accounts.questions ?? [])) {
      values[name] = await prompter.text({ message, ...(secret ? { secret } : {}) });
    }
    const given = { accountId, useEnv, values, env: context.env };
    const problem = channel.accounts.checkInput?.(given);
    if (problem !== undefined) {
      context.warn(problem);
      continue;
    }
    const name = (
      await prompter.text({ message: `Display name of this ${label} account (optional)`, initial: "" })
    ).trim();
    await addAccount(channel, given, name === "" ? undefined : name, context);
    context.print(`Added ${label} account "${accountId}".`);
    if (channel.login !== undefined) {
      context.print(`Link it with: openclaw channels login --channel ${channel.meta.id} --account ${accountId}`);
    }
    return;
  }
}

/** Switches an account off, or deletes it once that was confirmed. */
export async function remove(
  channel: Channel,
  accountId: string,
  forGood: boolean,
  prompter: TerminalPrompter,
  context: CommandContext,
): Promise<void> {
  const { id, label } = channel.meta;
  const { config } = await context.config();
  const accounts = localChannels(context).input(channel, config).section?.accounts;
  const listed = typeof accounts === "object" && accounts !== null && Object.hasOwn(accounts, accountId);
  const place = listed ? ["channels", id, "accounts", accountId] : ["channels", id];
  if (!forGood) {
    await editConfig(context, (store) => store.set([...place, "enabled"], false));
    return context.print(`Disabled ${label} account "${accountId}".`);
  }
  if (!(await prompter.confirm({ message: `Delete ${label} account "${accountId}"?` }))) return;
  await editConfig(context, (store) => store.unset(place, { pruneEmptyParents: true }));
  context.print(`Deleted ${label} account "${accountId}".`);
}
