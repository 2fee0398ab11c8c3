import { ChannelError, type Target } from "@openclaw/plugin-sdk";

/** The hint shown beside errors. */
export const targetHint = "<channelId|user:ID|channel:ID>";

const userForms = [/^(?:discord:)?user:(\d+)$/i, /^discord:(\d+)$/i, /^<@!?(\d+)>$/, /^@(\d+)$/];
const channelForms = [/^(?:discord:)?channel:(\d+)$/i, /^<#(\d+)>$/, /^#(\d+)$/];

/**
 * Reads a target that carries an id; undefined for a name.
 * @throws ChannelError `ambiguous_target` for bare digits where nothing says what they mean
 */
export function parseTarget(raw: string, context: { expect?: "user" | "group" } = {}): Target | undefined {
  const text = raw.trim();
  const user = firstMatch(userForms, text);
  if (user !== undefined) return userTarget(user);
  const channel = firstMatch(channelForms, text);
  if (channel !== undefined) return channelTarget(channel);
  if (!/^\d+$/.test(text)) return undefined;
  if (context.expect === "group") return channelTarget(text);
  if (context.expect === "user") return userTarget(text);
  throw new ChannelError(
    "ambiguous_target",
    `Ambiguous Discord recipient "${text}". Use "user:${text}" for DMs or "channel:${text}" for channel messages.`,
  );
}

/** Where a delivery goes, in one of the two forms `parseTarget` gives. */
export function readPlace(to: string): { kind: "user" | "channel"; id: string } {
  const found = /^(user|channel):(\d+)$/.exec(to);
  const [, kind, id] = found ?? [];
  if (id !== undefined) return { kind: kind === "user" ? "user" : "channel", id };
  throw new ChannelError("invalid_target", `Discord has no chat "${to}": ${targetHint}`);
}

const userTarget = (id: string): Target => ({ to: `user:${id}`, kind: "user" });
const channelTarget = (id: string): Target => ({ to: `channel:${id}`, kind: "channel" });

function firstMatch(forms: readonly RegExp[], text: string): string | undefined {
  for (const form of forms) {
    const id = form.exec(text)?.[1];
    if (id !== undefined) return id;
  }
  return undefined;
}
