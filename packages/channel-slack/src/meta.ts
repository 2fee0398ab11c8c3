import type { ChannelMeta } from "@openclaw/plugin-sdk";

/** What others need to know before the channel is loaded. */
export const slackMeta: ChannelMeta = {
  id: "slack",
  label: "Slack",
  detailLabel: "Slack Bot",
  order: 5,
  systemImage: "number",
  description: "An app in your workspace: direct messages, channels and threads.",
  docs: "/channels/slack",
};

/** Variables of the environment that configure the account `default`. */
export const slackEnv: readonly string[] = ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"];
