import { ChannelError, type ChannelTargets, type Target } from "@openclaw/plugin-sdk";

const hint = "<channelId|user:ID|channel:ID>";
// Names are lower case in Slack, ids upper case: only behind a prefix case does not matter.
const userForms = [
  /^(?:slack:)?user:([A-Z0-9]{6,})$/i,
  /^slack:([UW][A-Z0-9]{5,})$/i,
  /^<@([A-Z0-9]+)(?:\|[^>]*)?>$/,
  /^@([UW][A-Z0-9]{5,})$/,
];
const channelForms = [
  /^(?:slack:)?(?:channel|group):([CGD][A-Z0-9]{5,})$/i,
  /^<#([A-Z0-9]+)(?:\|[^>]*)?>$/,
  /^#?([CGD][A-Z0-9]{5,})$/,
];

/** How chats of Slack are named: `user:U…`, `channel:C…`, `<@U…>`, `@U…`, `#C…`, `slack:U…`, or the bare id of a channel. */
export const slackTargets: ChannelTargets = {
  hint,
  parse(raw, { expect } = {}) {
    const text = raw.trim();
    const user = firstId(userForms, text);
    if (user !== undefined) return userTarget(user);
    const channel = firstId(channelForms, text);
    if (channel !== undefined) return channelTarget(channel);
    return expect === "user" && /^[UW][A-Z0-9]{5,}$/.test(text) ? userTarget(text) : undefined;
  },
};

/** Where a delivery goes, in one of the two forms `parse` gives. */
export function readPlace(to: string): { kind: "user" | "channel"; id: string } {
  const [, kind, place] = /^(user|channel):([A-Z0-9]+)$/i.exec(to) ?? [];
  if (kind === undefined || place === undefined) {
    throw new ChannelError("invalid_target", `Slack has no chat "${to}": ${hint}`);
  }
  return { kind: kind.toLowerCase() === "user" ? "user" : "channel", id: place.toUpperCase() };
}

function firstId(forms: readonly RegExp[], text: string): string | undefined {
  for (const form of forms) {
    const found = form.exec(text)?.[1];
    if (found !== undefined) return found.toUpperCase();
  }
  return undefined;
}

const userTarget = (user: string): Target => ({ to: `user:${user}`, kind: "user" });
const channelTarget = (channel: string): Target => ({
  to: `channel:${channel}`,
  kind: channel.startsWith("G") ? "group" : "channel",
});
