import type { InboundChat, MessageTrigger, NativeCommand } from "@openclaw/plugin-sdk";
import { ChannelType, InteractionResponseType, InteractionType, MessageFlags } from "discord-api-types/v10";
import { chatOf, type WhereFacts } from "../inbound/chat-of.ts";
import { senderOf } from "../inbound/people.ts";
import { type WireInteraction, type WireOption, type WireUser, wireInteraction } from "../inbound/wire.ts";
import { buttonPrefix } from "../outbound/message-body.ts";
import type { Bot } from "../running/bot.ts";
import { argumentToChoose, choiceButtons, readChoiceId } from "./choice-buttons.ts";
import { choice, commandSet, maxChoices } from "./command-set.ts";
import type { ExecApprovals } from "./exec-approvals.ts";
import { replyHandle } from "./interaction-replies.ts";

/** Slash commands, buttons and what Discord suggests while one types. */
export interface Interactions {
  /** Announces the commands; none take away those of before. */
  deploy(): Promise<void>;
  take(data: unknown): void;
}

export function createInteractions(
  bot: Bot,
  where: (channelId: string, guildId: string | undefined) => Promise<WhereFacts>,
  approvals: ExecApprovals,
): Interactions {
  const { api, context, applicationId } = bot;
  const { log, nativeCommands } = context;
  const commands = new Map(nativeCommands.map((command) => [command.name.toLowerCase(), command]));

  /** Discord waits three seconds for it. */
  const respond = (interaction: WireInteraction, type: InteractionResponseType, data?: object) =>
    api.call("POST", `/interactions/${interaction.id}/${interaction.token}/callback`, {
      body: { type, ...(data === undefined ? {} : { data }) },
      auth: false,
      signal: context.signal,
    });
  const whisper = (interaction: WireInteraction, content: string) =>
    respond(interaction, InteractionResponseType.ChannelMessageWithSource, { content, flags: MessageFlags.Ephemeral });

  const chatFor = async (interaction: WireInteraction, user: WireUser): Promise<InboundChat> => {
    const channelId = interaction.channel_id ?? "";
    if (!interaction.guild_id && interaction.channel?.type === ChannelType.DM)
      bot.directChannels.set(user.id, channelId);
    return chatOf(await where(channelId, interaction.guild_id ?? undefined), user);
  };

  const hand = async (
    interaction: WireInteraction,
    user: WireUser,
    message: { text: string; trigger: MessageTrigger; replyHandle?: string },
  ) => {
    await context.receive({
      id: interaction.id,
      channel: "discord",
      accountId: context.accountId,
      chat: await chatFor(interaction, user),
      sender: senderOf(user),
      at: Date.now(),
      mentions: { me: true, any: true },
      ...message,
    });
  };

  const useCommand = async (interaction: WireInteraction, user: WireUser) => {
    const name = interaction.data?.name ?? "";
    const command = commands.get(name);
    const args = argumentsOf(interaction.data?.options ?? []);
    if (command === undefined) {
      await whisper(interaction, `This assistant has no command /${name} any more.`);
      return;
    }
    const open = argumentToChoose(command, args);
    if (open !== undefined) {
      await respond(interaction, InteractionResponseType.ChannelMessageWithSource, {
        content: `/${name}: ${open.description}`,
        flags: MessageFlags.Ephemeral,
        components: choiceButtons(command.name, open, user.id),
      });
      return;
    }
    await respond(interaction, InteractionResponseType.DeferredChannelMessageWithSource, {
      flags: MessageFlags.Ephemeral,
    });
    await hand(interaction, user, {
      ...typed(command, args),
      replyHandle: replyHandle({ token: interaction.token, userId: user.id, waits: true }),
    });
  };

  const press = async (interaction: WireInteraction, user: WireUser) => {
    const id = interaction.data?.custom_id ?? "";
    const approval = approvals.read(id);
    if (approval !== undefined) return decide(interaction, user, approval);
    const chosen = readChoiceId(id);
    const command = chosen === undefined ? undefined : commands.get(chosen.command.toLowerCase());
    if (chosen !== undefined && command !== undefined) {
      if (chosen.userId !== user.id) return void (await whisper(interaction, "These buttons belong to somebody else."));
      const text = typed(command, { [chosen.arg]: chosen.value });
      await respond(interaction, InteractionResponseType.UpdateMessage, { content: text.text, components: [] });
      return hand(interaction, user, {
        ...text,
        replyHandle: replyHandle({ token: interaction.token, userId: user.id, waits: false }),
      });
    }
    if (!id.startsWith(buttonPrefix)) return void (await whisper(interaction, "This button does nothing any more."));
    await respond(interaction, InteractionResponseType.DeferredMessageUpdate);
    const data = id.slice(buttonPrefix.length);
    const { message } = interaction;
    // What one person alone sees can be changed through the interaction only: the answer takes its place.
    const own = ((message?.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
    await hand(interaction, user, {
      text: data,
      trigger: { kind: "button", data, ...(message && !own ? { messageId: message.id } : {}) },
      ...(own ? { replyHandle: replyHandle({ token: interaction.token, userId: user.id, waits: true }) } : {}),
    });
  };

  const decide = async (
    interaction: WireInteraction,
    user: WireUser,
    approval: NonNullable<ReturnType<ExecApprovals["read"]>>,
  ) => {
    if (!approvals.mayDecide(user.id)) return void (await whisper(interaction, "You are not among the approvers."));
    await respond(interaction, InteractionResponseType.DeferredMessageUpdate);
    const problem = await approvals.decide(approval, `discord:${user.id}`);
    if (problem === undefined) return;
    await api.call("POST", `/webhooks/${applicationId}/${interaction.token}`, {
      body: { content: problem, flags: MessageFlags.Ephemeral },
      auth: false,
    });
  };

  const suggest = async (interaction: WireInteraction) => {
    const options = interaction.data?.options ?? [];
    const focused = options.find((option) => option.focused);
    const arg = commands
      .get(interaction.data?.name ?? "")
      ?.args?.find(({ name }) => name.toLowerCase() === focused?.name);
    const wanted = String(focused?.value ?? "").toLowerCase();
    const choices = (arg?.choices ?? []).filter((value) => value.toLowerCase().includes(wanted));
    await respond(interaction, InteractionResponseType.ApplicationCommandAutocompleteResult, {
      choices: choices.slice(0, maxChoices).map(choice),
    });
  };

  const handle = async (interaction: WireInteraction) => {
    const user = interaction.member?.user ?? interaction.user;
    if (!user) return;
    switch (interaction.type) {
      case InteractionType.ApplicationCommand:
        return useCommand(interaction, user);
      case InteractionType.MessageComponent:
        return press(interaction, user);
      case InteractionType.ApplicationCommandAutocomplete:
        return suggest(interaction);
    }
  };

  return {
    async deploy() {
      const { commands: set, left } = commandSet(nativeCommands);
      if (left.length > 0) log.warn(`Discord takes no more than ${set.length} commands; left out: ${left.join(", ")}`);
      try {
        await api.call("PUT", `/applications/${applicationId}/commands`, { body: set, signal: context.signal });
      } catch (error) {
        if (!context.signal.aborted) log.error(`the slash commands could not be announced: ${textOf(error)}`);
      }
    },
    take(data) {
      const interaction = wireInteraction.safeParse(data);
      if (!interaction.success)
        return log.warn(`Discord sent an interaction that cannot be read: ${interaction.error.message}`);
      handle(interaction.data).catch((error: unknown) => log.error(`handler failed: ${textOf(error)}`));
    },
  };
}

/** The command as one would type it, and what it says to the host. */
function typed(
  command: NativeCommand,
  args: Readonly<Record<string, unknown>>,
): { text: string; trigger: MessageTrigger } {
  const values = (command.args ?? []).flatMap(({ name }) => {
    const value = args[name] ?? args[name.toLowerCase()];
    return value === undefined || value === "" ? [] : [String(value)];
  });
  return {
    text: [`/${command.name}`, ...values].join(" "),
    trigger: { kind: "command", name: command.name, ...(values.length === 0 ? {} : { args: { ...args } }) },
  };
}

function argumentsOf(options: readonly WireOption[]): Record<string, unknown> {
  return Object.fromEntries(options.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
