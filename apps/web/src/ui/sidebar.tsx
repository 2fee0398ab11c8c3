import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { newSessionItem, type SessionItem } from "../app/session-list.ts";
import { isBusy } from "../chat/chat-state.ts";
import { Avatar } from "./avatar.tsx";
import { CloseIcon, ComposeIcon, SettingsIcon, TrashIcon } from "./icons.tsx";
import { relativeTime } from "./relative-time.ts";
import { useApp } from "./use-app.ts";

interface SidebarProps {
  /** At phone width the sidebar is a drawer. */
  open: boolean;
  onClose: () => void;
  onSettings: () => void;
  onDelete: (session: { key: string; title: string }) => void;
}

/** Chats shown before the filter field appears. */
const FILTER_FROM = 8;

/** The list of conversations. */
export function Sidebar({ open, onClose, onSettings, onDelete }: SidebarProps) {
  const { app, state } = useApp();
  const [filter, setFilter] = useState("");
  const closeButton = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (open) closeButton.current?.focus();
  }, [open]);

  const { items } = state.sessions;
  const { activeKey, mainKey } = state;
  const listed =
    activeKey === undefined || items.some(({ key }) => key === activeKey)
      ? items
      : [newSessionItem(activeKey, mainKey), ...items];
  const wanted = filter.trim().toLowerCase();
  const shown = listed.filter(({ title, preview }) => !wanted || `${title} ${preview}`.toLowerCase().includes(wanted));
  const chats = shown.filter(({ background, key }) => !background || key === activeKey);
  const background = shown.filter((item) => !chats.includes(item));

  const select = (key: string) => {
    app.openSession(key);
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && open) onClose();
  };
  const rows = (list: readonly SessionItem[]) =>
    list.map((item) => (
      <SessionRow
        key={item.key}
        item={item}
        active={item.key === activeKey}
        onSelect={() => select(item.key)}
        onDelete={() => onDelete(item)}
      />
    ));

  return (
    <nav className="sidebar" aria-label="Chats" onKeyDown={onKeyDown}>
      <div className="sidebar-head">
        <Avatar size={30} />
        <span className="sidebar-name">{app.boot.assistantName}</span>
        <button
          ref={closeButton}
          type="button"
          className="icon-button only-narrow"
          aria-label="Close the list of chats"
          onClick={onClose}
        >
          <CloseIcon />
        </button>
      </div>
      <button
        type="button"
        className="button new-chat"
        onClick={() => {
          app.newChat();
          onClose();
        }}
      >
        <ComposeIcon size={18} />
        New chat
      </button>
      {listed.length > FILTER_FROM && (
        <input
          type="search"
          className="filter"
          placeholder="Filter chats"
          aria-label="Filter chats"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      )}
      <div className="session-scroll">
        <ul className="session-list">{rows(chats)}</ul>
        {chats.length === 0 && background.length === 0 && <p className="fine-print">No chat matches.</p>}
        {background.length > 0 && (
          <details className="background-sessions">
            <summary>In the background ({background.length})</summary>
            <ul className="session-list">{rows(background)}</ul>
          </details>
        )}
      </div>
      <button type="button" className="sidebar-foot" onClick={onSettings}>
        <SettingsIcon size={18} />
        Settings
      </button>
    </nav>
  );
}

interface SessionRowProps {
  item: SessionItem;
  active: boolean;
  onSelect: () => void;
  onDelete: () => void;
}

function SessionRow({ item, active, onSelect, onDelete }: SessionRowProps) {
  const { app } = useApp();
  const chat = app.chatOf(item.key);
  const running = chat !== undefined && isBusy(chat.state);
  return (
    <li className="session-row" data-active={active || undefined}>
      <button type="button" className="session-button" aria-current={active ? "page" : undefined} onClick={onSelect}>
        <span className="session-line">
          <span className="session-title">{item.title}</span>
          {running ? (
            <span className="running-dot" role="img" aria-label="working" />
          ) : (
            <span className="session-time">{relativeTime(item.updatedAt, Date.now())}</span>
          )}
        </span>
        <span className="session-preview">
          {item.channel && <span className="channel-tag">{item.channel}</span>}
          {item.preview || (item.updatedAt === undefined ? "Nothing said yet" : "\u00a0")}
        </span>
      </button>
      {!item.isMain && item.updatedAt !== undefined && (
        <button
          type="button"
          className="icon-button small session-delete"
          aria-label={`Delete ${item.title}`}
          onClick={onDelete}
        >
          <TrashIcon size={16} />
        </button>
      )}
    </li>
  );
}
