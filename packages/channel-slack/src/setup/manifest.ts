/** What a Slack app for the assistant needs, in the form Slack takes when an app is made from a manifest. */
export function slackManifest(name: string): string {
  const manifest = {
    display_information: { name },
    features: {
      bot_user: { display_name: name, always_online: true },
      app_home: { messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      slash_commands: [{ command: "/openclaw", description: "Talk to the assistant", should_escape: false }],
    },
    oauth_config: {
      scopes: {
        bot: [
          "app_mentions:read",
          ...["channels", "groups", "im", "mpim"].flatMap((kind) => [`${kind}:history`, `${kind}:read`]),
          "chat:write",
          "commands",
          "emoji:read",
          "files:read",
          "files:write",
          "im:write",
          "pins:read",
          "pins:write",
          "reactions:read",
          "reactions:write",
          "users:read",
        ],
      },
    },
    settings: {
      socket_mode_enabled: true,
      interactivity: { is_enabled: true },
      event_subscriptions: {
        bot_events: [
          "app_mention",
          "channel_rename",
          "member_joined_channel",
          "member_left_channel",
          "message.channels",
          "message.groups",
          "message.im",
          "message.mpim",
          "pin_added",
          "pin_removed",
          "reaction_added",
          "reaction_removed",
        ],
      },
    },
  };
  return JSON.stringify(manifest, null, 2);
}
