import { useEffect, useRef, useState } from "react";
import type { App } from "../app/app.ts";
import { ChatView } from "./chat-view.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { SettingsDialog } from "./settings-dialog.tsx";
import { Sidebar } from "./sidebar.tsx";
import { SignIn } from "./sign-in.tsx";
import { applyTheme } from "./theme.ts";
import { Topbar } from "./topbar.tsx";
import { AppContext, useApp } from "./use-app.ts";

/** The whole page. `otherGateway` is the page of another Gateway that the address named. */
export function AppView({ app, otherGateway }: { app: App; otherGateway: string | undefined }) {
  return (
    <AppContext value={app}>
      <Shell otherGateway={otherGateway} />
    </AppContext>
  );
}

function Shell({ otherGateway }: { otherGateway: string | undefined }) {
  const { app, state } = useApp();
  const [drawerOpen, setDrawerOpen] = useState(false);
  const [settingsOpen, setSettingsOpen] = useState(false);
  const [deleting, setDeleting] = useState<{ key: string; title: string }>();
  const [other, setOther] = useState(otherGateway);
  const menuButton = useRef<HTMLButtonElement>(null);
  const { theme, navCollapsed } = state.settings;

  useEffect(() => applyTheme(document.documentElement, theme), [theme]);

  const closeDrawer = () => {
    if (!drawerOpen) return;
    setDrawerOpen(false);
    menuButton.current?.focus();
  };

  // Without a first connection there is nothing to show but what is in the way.
  const signIn = !state.wasConnected || (state.problem !== undefined && state.connection.kind === "closed");
  if (signIn) {
    return (
      <>
        <SignIn />
        <OtherGateway page={other} onClose={() => setOther(undefined)} />
      </>
    );
  }

  return (
    <div className="shell" data-collapsed={navCollapsed || undefined} data-drawer={drawerOpen || undefined}>
      <a className="skip-link" href="#composer">
        Skip to the message field
      </a>
      <Sidebar
        open={drawerOpen}
        onClose={closeDrawer}
        onSettings={() => {
          setDrawerOpen(false);
          setSettingsOpen(true);
        }}
        onDelete={setDeleting}
      />
      <button type="button" className="scrim" tabIndex={-1} aria-hidden="true" onClick={closeDrawer} />
      <div className="main" inert={drawerOpen}>
        <Topbar menuButton={menuButton} onMenu={() => setDrawerOpen(true)} onSettings={() => setSettingsOpen(true)} />
        <ChatView />
      </div>
      <SettingsDialog open={settingsOpen} onClose={() => setSettingsOpen(false)} />
      <ConfirmDialog
        open={deleting !== undefined}
        title="Delete this chat?"
        confirmLabel="Delete chat"
        danger
        onCancel={() => setDeleting(undefined)}
        onConfirm={() => {
          if (deleting) void app.deleteSession(deleting.key);
          setDeleting(undefined);
        }}
      >
        <p>“{deleting?.title}” and its transcript are removed from the Gateway. This cannot be undone.</p>
      </ConfirmDialog>
      <OtherGateway page={other} onClose={() => setOther(undefined)} />
    </div>
  );
}

/** What a link that names another Gateway gets: an offer to go there, never a connection. */
function OtherGateway({ page, onClose }: { page: string | undefined; onClose: () => void }) {
  return (
    <ConfirmDialog
      open={page !== undefined}
      title="Another Gateway?"
      confirmLabel="Open its page"
      onCancel={onClose}
      onConfirm={() => {
        if (page) globalThis.open(page, "_blank", "noopener,noreferrer");
        onClose();
      }}
    >
      <p>The link you followed names another Gateway:</p>
      <p>
        <code>{page}</code>
      </p>
      <p>
        This page talks only to the Gateway it came from. Nothing was sent to the other one, and your token stays here.
      </p>
    </ConfirmDialog>
  );
}
