import type { ChannelLog, NativeCommand } from "@openclaw/plugin-sdk";
import type { Api } from "grammy";
import type { TelegramSettings } from "../account/telegram-settings.ts";
import { errorText } from "../api/api-error.ts";

/** Most commands a bot's menu holds, and longest description, by the Bot API. */
const MOST = 100;
const DESCRIPTION_CHARS = 256;

export interface MenuEntry {
  command: string;
  description: string;
}

/**
 * The menu: the assistant's commands, then the configured entries. Entries that cannot stand there are left out and told
 * to `onProblem`.
 */
export function commandMenu(
  native: readonly NativeCommand[],
  custom: TelegramSettings["customCommands"],
  onProblem: (text: string) => void,
): MenuEntry[] {
  const menu = new Map<string, MenuEntry & { own: boolean }>();
  for (const { name, description } of native) {
    const command = name.toLowerCase();
    menu.set(command, { command, description: shortened(description), own: true });
  }
  for (const entry of custom) {
    const command = entry.command.trim().replace(/^\//, "").toLowerCase();
    const description = shortened(entry.description);
    const taken = menu.get(command);
    if (!/^[a-z0-9_]{1,32}$/.test(command)) {
      onProblem(`Telegram custom command "/${command}" is invalid (use a-z, 0-9, underscore; max 32 chars).`);
    } else if (taken !== undefined) {
      onProblem(
        `Telegram custom command "/${command}" ${taken.own ? "conflicts with a native command." : "is duplicated."}`,
      );
    } else if (description === "") {
      onProblem(`Telegram custom command "/${command}" is missing a description.`);
    } else menu.set(command, { command, description, own: false });
  }
  const entries = [...menu.values()].map(({ command, description }) => ({ command, description }));
  if (entries.length > MOST) {
    onProblem(`Telegram shows ${MOST} commands; the last ${entries.length - MOST} of ${entries.length} are left out`);
  }
  return entries.slice(0, MOST);
}

/** Puts the menu in place of the one before. A failure is only logged: commands work without a menu. */
export async function publishMenu(
  api: Pick<Api, "raw">,
  menu: readonly MenuEntry[],
  log: ChannelLog,
  signal: AbortSignal,
): Promise<void> {
  try {
    await api.raw.deleteMyCommands({});
    if (menu.length > 0) await api.raw.setMyCommands({ commands: menu });
  } catch (error) {
    if (!signal.aborted) log.error("the command menu could not be set", { error: errorText(error) });
  }
}

function shortened(description: string): string {
  const text = description.trim().replace(/\s+/g, " ");
  return text.length <= DESCRIPTION_CHARS ? text : `${text.slice(0, DESCRIPTION_CHARS - 1)}…`;
}
