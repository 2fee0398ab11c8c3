export type { SlackAccount } from "./account/slack-account.ts";
export { slackEnv, slackMeta } from "./meta.ts";
export { createSlackChannel, type SlackChannelOptions, slackChannel } from "./slack-channel.ts";
