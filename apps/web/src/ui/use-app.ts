import { createContext, useContext, useSyncExternalStore } from "react";
import type { App, AppState } from "../app/app.ts";
import type { Chat } from "../chat/chat.ts";
import type { ChatState } from "../chat/chat-state.ts";
import type { Settings } from "../settings/settings.ts";

export const AppContext = createContext<App | undefined>(undefined);

/** The app of this page, without drawing again when it changes. */
export function useAppHandle(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error("useAppHandle needs an AppContext around it");
  return app;
}

/** The app of this page and its current state. */
export function useApp(): { app: App; state: AppState } {
  const app = useAppHandle();
  return { app, state: useSyncExternalStore(app.subscribe, app.state) };
}

/** The settings alone: a long conversation is not drawn again for every word that arrives. */
export function useSettings(): Settings {
  const app = useAppHandle();
  return useSyncExternalStore(app.subscribe, () => app.state().settings);
}

/** The chat that is open and its current state. */
export function useChat(): { chat: Chat; state: ChatState } | undefined {
  const { app } = useApp();
  const chat = app.chat();
  return chat && { chat, state: chat.state };
}
