/** localStorage key, shared with earlier releases. */
export const SETTINGS_KEY = "openclaw.control.settings.v1";

export type Theme = "system" | "light" | "dark";

/** What this browser remembers. The password is not among it. */
export interface Settings {
  token: string;
  /** The session that is open; empty = the main one. */
  sessionKey: string;
  theme: Theme;
  chatShowThinking: boolean;
  chatShowTools: boolean;
  navCollapsed: boolean;
}

export const defaultSettings: Settings = {
  token: "",
  sessionKey: "",
  theme: "system",
  chatShowThinking: false,
  chatShowTools: true,
  navCollapsed: false,
};

/** As much of localStorage as the settings need. */
export type SettingsStorage = Pick<Storage, "getItem" | "setItem">;

/** Reads the settings; what is missing or of the wrong type has its default. */
export function loadSettings(storage: SettingsStorage): Settings {
  const stored = readStored(storage);
  const boolean = (name: "chatShowThinking" | "chatShowTools" | "navCollapsed") => {
    const value = stored[name];
    return typeof value === "boolean" ? value : defaultSettings[name];
  };
  return {
    token: text(stored.token),
    sessionKey: text(stored.sessionKey) || text(stored.lastActiveSessionKey),
    theme: stored.theme === "light" || stored.theme === "dark" ? stored.theme : "system",
    chatShowThinking: boolean("chatShowThinking"),
    chatShowTools: boolean("chatShowTools"),
    navCollapsed: boolean("navCollapsed"),
  };
}

/**
 * Writes the settings; fields of other releases under the same key stay as they are.
 * @returns false when the browser refuses to store
 */
export function saveSettings(storage: SettingsStorage, settings: Settings): boolean {
  const next = { ...readStored(storage), ...settings, lastActiveSessionKey: settings.sessionKey };
  try {
    storage.setItem(SETTINGS_KEY, JSON.stringify(next));
    return true;
  } catch {
    return false; // full or switched off: the settings last as long as the page
  }
}

function readStored(storage: SettingsStorage): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(storage.getItem(SETTINGS_KEY) ?? "null");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {}; // corrupt; replaced at the next change
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value.trim() : "";
}
