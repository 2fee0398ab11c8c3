import type { ChannelTargets } from "@openclaw/plugin-sdk";

/** How chats of Telegram are named: `123`, `-100…:topic:7`, `@name`, `t.me/name`, `telegram:…`. */
export const telegramTargets: ChannelTargets = {
  hint: "<chatId>",
  parse(raw) {
    const bare = raw
      .trim()
      .replace(/^(?:telegram|tg):/i, "")
      .replace(/^group:/i, "")
      .trim();
    const topic = /^(.+?):(?:topic:)?(\d+)$/i.exec(bare);
    const name = topic?.[1] ?? bare;
    const place = topic?.[2] === undefined ? {} : { threadId: topic[2] };
    if (/^-?\d+$/.test(name)) return { to: name, ...place, kind: name.startsWith("-") ? "group" : "user" };
    const link = /^(?:https?:\/\/)?t\.me\/([a-z][a-z0-9_]{3,})\/?$/i.exec(name);
    const username =
      link?.[1] ?? /^@([a-z][a-z0-9_]{3,})$/i.exec(name)?.[1] ?? /^([a-z][a-z0-9_]{4,})$/i.exec(name)?.[1];
    return username === undefined ? undefined : { to: `@${username}`, ...place };
  },
};
