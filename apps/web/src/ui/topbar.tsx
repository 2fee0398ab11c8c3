import type { Ref } from "react";
import { newSessionItem } from "../app/session-list.ts";
import { ConnectionStatus } from "./connection-status.tsx";
import { ComposeIcon, MenuIcon, SettingsIcon, SidebarIcon } from "./icons.tsx";
import { useApp } from "./use-app.ts";

interface TopbarProps {
  menuButton: Ref<HTMLButtonElement>;
  onMenu: () => void;
  onSettings: () => void;
}

/** Who answers, with which model, and whether the connection is there. */
export function Topbar({ menuButton, onMenu, onSettings }: TopbarProps) {
  const { app, state } = useApp();
  const { sessions, activeKey, mainKey, settings } = state;
  const session = sessions.items.find(({ key }) => key === activeKey) ?? newSessionItem(activeKey ?? mainKey, mainKey);
  const provider = session.provider ?? sessions.defaults.provider;
  const model = session.model ?? sessions.defaults.model;

  return (
    <header className="topbar">
      <button ref={menuButton} type="button" className="icon-button only-narrow" aria-label="Chats" onClick={onMenu}>
        <MenuIcon />
      </button>
      <button
        type="button"
        className="icon-button only-wide"
        aria-label={settings.navCollapsed ? "Show the list of chats" : "Hide the list of chats"}
        aria-expanded={!settings.navCollapsed}
        onClick={() => app.changeSettings({ navCollapsed: !settings.navCollapsed })}
      >
        <SidebarIcon />
      </button>
      <div className="topbar-title">
        <h1>{session.title}</h1>
        <p>
          <span className="topbar-name">{app.boot.assistantName}</span>
          {model && <ModelName provider={provider} model={model} />}
        </p>
      </div>
      <ConnectionStatus />
      <button type="button" className="icon-button only-narrow" aria-label="New chat" onClick={() => app.newChat()}>
        <ComposeIcon />
      </button>
      <button type="button" className="icon-button only-wide" aria-label="Settings" onClick={onSettings}>
        <SettingsIcon />
      </button>
    </header>
  );
}

function ModelName({ provider, model }: { provider: string | undefined; model: string }) {
  if (provider === "offline") {
    return (
      <span
        className="badge"
        title="Answers simple sentences without a language model. Ask it how to connect a real one."
      >
        Offline assistant
      </span>
    );
  }
  return (
    <span className="model-name" title={provider ? `${provider}/${model}` : model}>
      {model}
    </span>
  );
}
