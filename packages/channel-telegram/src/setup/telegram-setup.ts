import { readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { ChannelSetup, ChannelSetupInput } from "@openclaw/plugin-sdk";
import { askSecrets } from "@openclaw/plugin-sdk/setup";
import { findBotToken, tokenVariable } from "../account/bot-token.ts";
import { askAllowFrom } from "./ask-allow-from.ts";

const help = [
  "1. In Telegram open a chat with @BotFather and send /newbot.",
  "2. Choose a name and a user name that ends with bot; BotFather answers with the token (123456:ABC…).",
  "3. Paste the token here, or the path of a file that holds it.",
  `The variable ${tokenVariable} serves the default account.`,
  "Groups: send /setprivacy to @BotFather, or the bot hears only mentions and commands.",
].join("\n");

/** What people are asked when they set up a bot. */
export const telegramSetup: ChannelSetup = {
  async ask(input) {
    const { token, source } = findBotToken(input);
    const configured = source === "config" || source === "tokenFile";
    const answer = await askSecrets(
      {
        label: "Telegram token",
        variables: [tokenVariable],
        configured,
        questions: [{ name: "token", message: "Enter Telegram bot token" }],
        help: { title: "Telegram bot token", text: help },
        validate: (_name, text) => (isPath(text) ? fileProblem(text) : undefined),
      },
      input,
    );
    const given = answer.from === "answers" ? (answer.values.token ?? "") : "";
    const fromFile = isPath(given);
    const keys: Record<string, unknown> =
      answer.from === "config"
        ? {}
        : answer.from === "env"
          ? without(input, ["botToken", "tokenFile"])
          : fromFile
            ? { ...without(input, ["botToken"]), tokenFile: expand(given) }
            : { ...without(input, ["tokenFile"]), botToken: given };
    if (!input.quick) return { keys };
    const now =
      answer.from === "config" ? token : answer.from === "env" ? input.env[tokenVariable]?.trim() : readToken(given);
    const listed = Array.isArray(input.config.allowFrom) ? input.config.allowFrom.map(String) : [];
    const allowFrom = await askAllowFrom(
      input,
      listed.filter((entry) => entry !== "*"),
      now,
    );
    return { keys: { ...keys, dmPolicy: "allowlist", allowFrom } };
  },
  direct: {
    policyPath: ["dmPolicy"],
    allowFromPath: ["allowFrom"],
    askAllowFrom: (input, listed) => askAllowFrom(input, listed, findBotToken(input).token),
  },
};

/** Takes keys away that are written down. */
function without({ config }: ChannelSetupInput, keys: readonly string[]): Record<string, null> {
  return Object.fromEntries(keys.flatMap((key) => (config[key] === undefined ? [] : [[key, null]])));
}

// No token has one of these in it.
const isPath = (text: string) => /[\\/]/.test(text);
const expand = (file: string) => path.resolve(file.replace(/^~(?=$|[\\/])/, os.homedir()));

function readToken(given: string): string {
  return isPath(given) ? readFileSync(expand(given), "utf8").trim() : given;
}

function fileProblem(file: string): string | undefined {
  try {
    return readToken(file) === "" ? `${file} is empty` : undefined;
  } catch (error) {
    return `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
