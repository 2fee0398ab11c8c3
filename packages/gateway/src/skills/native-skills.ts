import type { OpenClawConfig } from "@openclaw/config";

/** Channels whose command menus have room for skills. */
const roomyMenus = new Set(["discord", "telegram"]);

interface MenuSettings {
  commands?: { nativeSkills?: boolean | "auto" };
}

/** Whether a channel's command menu lists skills: by its own setting, the general one, else by the channel. */
export function listsSkills(config: Pick<OpenClawConfig, "channels" | "commands">, channel: string): boolean {
  const own = (config.channels as Record<string, MenuSettings | undefined> | undefined)?.[channel];
  const setting = own?.commands?.nativeSkills ?? config.commands?.nativeSkills;
  return typeof setting === "boolean" ? setting : roomyMenus.has(channel);
}
