import type { ChannelSetupInput } from "@openclaw/plugin-sdk";
import { typedEntries } from "@openclaw/plugin-sdk/setup";
import { readSettings } from "../account/telegram-settings.ts";
import { errorText, refusalOf } from "../api/api-error.ts";
import { createBotApi } from "../api/bot-api.ts";

const help = [
  "Numeric user ids are the surest entries: they stay when somebody changes their user name.",
  "Your own: write to the bot and read it in `openclaw logs --follow`, or ask @userinfobot.",
  "User names are looked up with the bot's token, as far as Telegram tells it.",
].join("\n");

/** Asks who may write, until every entry is a numeric id. `listed` stay on the list. */
export async function askAllowFrom(
  input: ChannelSetupInput,
  listed: readonly string[],
  token: string | undefined,
): Promise<string[]> {
  const { prompter } = input;
  await prompter.note(help, "Telegram allowFrom");
  for (;;) {
    const typed = await prompter.text({
      message: "Telegram allowFrom (username or user id)",
      placeholder: "@username",
      ...(listed.length === 0 ? {} : { initial: listed.join(", ") }),
      validate: (text) => {
        const entries = typedEntries(text).map(bare);
        if (entries.length === 0) return "Required";
        const wrong = entries.find((entry) => !/^\d+$|^[a-z]\w+$/i.test(entry));
        return wrong === undefined ? undefined : `Neither a user id nor a user name: ${wrong}`;
      },
    });
    const { ids, problems } = await lookUp(typedEntries(typed).map(bare), input, token);
    if (problems.length === 0) return [...new Set(ids)];
    await prompter.note(`${problems.join("\n")}\nGive a numeric user id instead.`, "Telegram allowFrom");
  }
}

const bare = (entry: string) =>
  entry
    .replace(/^(?:telegram|tg):/i, "")
    .trim()
    .replace(/^@/, "");

async function lookUp(
  entries: readonly string[],
  { config, env, accountId, signal }: ChannelSetupInput,
  token: string | undefined,
): Promise<{ ids: string[]; problems: string[] }> {
  const names = entries.filter((entry) => !/^\d+$/.test(entry));
  if (names.length === 0) return { ids: [...entries], problems: [] };
  if (token === undefined) {
    return { ids: [], problems: names.map((name) => `@${name}: there is no bot token to look it up with`) };
  }
  const settings = readSettings(config);
  // Somebody waits for the answer: no second attempts.
  const once = { ...settings, retry: { ...settings.retry, attempts: 1 }, timeoutSeconds: 15 };
  const bot = await createBotApi({
    account: { accountId, token, tokenSource: "config", settings: once },
    env,
    signal,
  });
  const ids: string[] = [];
  const problems: string[] = [];
  try {
    for (const entry of entries) {
      if (/^\d+$/.test(entry)) ids.push(entry);
      else {
        const found = await idOf(entry, (chat) => bot.api.raw.getChat({ chat_id: chat }));
        if ("id" in found) ids.push(found.id);
        else problems.push(`@${entry}: ${found.problem}`);
      }
    }
  } finally {
    bot.close();
  }
  return { ids, problems };
}

async function idOf(
  name: string,
  getChat: (chat: string) => Promise<{ id: number; type: string }>,
): Promise<{ id: string } | { problem: string }> {
  try {
    const { id, type } = await getChat(`@${name}`);
    return type === "private" ? { id: String(id) } : { problem: `is a ${type}, not a person` };
  } catch (error) {
    const text = errorText(error);
    return { problem: refusalOf(error) === undefined ? `the look-up failed: ${text}` : `not found (${text})` };
  }
}
