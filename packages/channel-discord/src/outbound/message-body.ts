import { ChannelError, type Delivery, type MessageButton, type Poll } from "@openclaw/plugin-sdk";
import { ButtonStyle, ComponentType, MessageFlags, PollLayoutType } from "discord-api-types/v10";

/** The prefix of buttons the assistant shows, so that presses of others are not taken for theirs. */
export const buttonPrefix = "oc:";

/** Longest and shortest time a poll stays open, hours. */
const pollHours = { min: 1, max: 768, usual: 24 };
const maxCustomId = 100;

/** A message as Discord's REST interface takes it, without its files. */
export function messageBody(delivery: Delivery): Record<string, unknown> {
  const { text = "", replyTo, buttons, poll, silent, origin, key } = delivery;
  return {
    ...(text === "" ? {} : { content: text }),
    ...(replyTo === undefined ? {} : { message_reference: { message_id: replyTo, fail_if_not_exists: false } }),
    ...(buttons === undefined || buttons.length === 0 ? {} : { components: buttonRows(buttons) }),
    ...(poll === undefined ? {} : { poll: pollBody(poll) }),
    ...(origin === undefined ? {} : { embeds: [{ description: `From ${origin.label}` }] }),
    ...(silent ? { flags: MessageFlags.SuppressNotifications } : {}),
    // With a nonce Discord does not create the message again when its answer got lost.
    ...(key === undefined ? {} : { nonce: key.slice(0, 25), enforce_nonce: true }),
    // A text that came from a model or a stranger never calls everybody.
    allowed_mentions: { parse: ["users", "roles"], replied_user: true },
  };
}

/** Rows of buttons, at most five of five. @throws ChannelError for data Discord cannot carry */
export function buttonRows(rows: readonly (readonly MessageButton[])[], prefix = buttonPrefix) {
  return rows.slice(0, 5).map((row) => ({
    type: ComponentType.ActionRow,
    components: row.slice(0, 5).map(({ text, data }) => {
      const id = `${prefix}${data}`;
      if (id.length > maxCustomId) {
        throw new ChannelError(
          "unsupported",
          `the data of button "${text}" is longer than Discord's ${maxCustomId - prefix.length} characters`,
        );
      }
      return { type: ComponentType.Button, style: ButtonStyle.Secondary, label: text.slice(0, 80), custom_id: id };
    }),
  }));
}

function pollBody({ question, options, maxSelections, durationHours = pollHours.usual }: Poll) {
  return {
    question: { text: question },
    answers: options.map((text) => ({ poll_media: { text } })),
    duration: Math.min(pollHours.max, Math.max(pollHours.min, Math.round(durationHours))),
    allow_multiselect: maxSelections > 1,
    layout_type: PollLayoutType.Default,
  };
}
