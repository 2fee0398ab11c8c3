import { useState } from "react";
import { imageFiles, readImageFile } from "../chat/image-file.ts";
import { Approvals } from "./approval-card.tsx";
import { Composer } from "./composer.tsx";
import { connectionWords } from "./connection-status.tsx";
import { EmptyState } from "./empty-state.tsx";
import { CloseIcon } from "./icons.tsx";
import { MessageList } from "./message-list.tsx";
import { Queue } from "./queue.tsx";
import { useApp, useChat } from "./use-app.ts";

/** The open conversation: messages, what is in the way, and the field to write in. */
export function ChatView() {
  const { app, state } = useApp();
  const open = useChat();
  const [dropping, setDropping] = useState(false);
  if (!open) return <main className="chat" aria-busy="true" />;
  const { chat, state: shown } = open;
  const connected = state.connection.kind === "connected";
  const empty = shown.turns.length === 0 && shown.local.length === 0 && shown.runs.length === 0;

  const addImages = async (files: readonly File[]) => {
    for (const file of files) {
      try {
        const image = await readImageFile(file);
        const { draft } = chat.state;
        chat.setDraft({ ...draft, images: [...draft.images, image] });
      } catch (error) {
        app.setNotice(error instanceof Error ? error.message : String(error));
      }
    }
  };

  return (
    <main
      className="chat"
      data-dropping={dropping || undefined}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setDropping(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDropping(false);
      }}
      onDrop={(event) => {
        setDropping(false);
        if (event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        const images = imageFiles(event.dataTransfer);
        if (images.length < event.dataTransfer.files.length) app.setNotice("Only images can be added to a message.");
        void addImages(images);
      }}
    >
      {empty && shown.history !== "loading" && shown.history !== "none" ? (
        <EmptyState chat={chat} />
      ) : (
        <MessageList key={`messages ${chat.sessionKey}`} state={shown} />
      )}
      <div className="dock">
        {!connected && (
          <p className="banner" role="status">
            {connectionWords(state.connection).text} You can read on; sending works again when the Gateway is back.
          </p>
        )}
        {state.notice && <Banner text={state.notice} onClose={() => app.setNotice(undefined)} />}
        {shown.error && <Banner text={shown.error} onClose={() => chat.dismissError()} />}
        <Approvals app={app} approvals={state.approvals} sessionKey={chat.sessionKey} />
        <Queue chat={chat} state={shown} />
        <Composer
          key={chat.sessionKey}
          chat={chat}
          state={shown}
          commands={state.commands}
          connected={connected}
          onImages={addImages}
        />
      </div>
      <p className="visually-hidden" aria-live="polite" key={`announcement ${chat.sessionKey}`}>
        <span key={shown.announcement.count}>{shown.announcement.text.slice(0, 600)}</span>
      </p>
    </main>
  );
}

function Banner({ text, onClose }: { text: string; onClose: () => void }) {
  return (
    <div className="banner error" role="alert">
      <p>{text}</p>
      <button type="button" className="icon-button small" aria-label="Dismiss" onClick={onClose}>
        <CloseIcon size={16} />
      </button>
    </div>
  );
}
