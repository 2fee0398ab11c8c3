import { type ClipboardEvent, type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef } from "react";
import type { Chat } from "../chat/chat.ts";
import { type ChatState, isBusy } from "../chat/chat-state.ts";
import type { ChatCommand } from "../chat/command-completion.ts";
import { imageFiles } from "../chat/image-file.ts";
import { CommandList, rowId } from "./command-list.tsx";
import { composerId, focusComposer } from "./composer-focus.ts";
import { CloseIcon, ImageIcon, SendIcon, StopIcon } from "./icons.tsx";
import { useCommandCompletion } from "./use-command-completion.ts";

interface ComposerProps {
  chat: Chat;
  state: ChatState;
  commands: readonly ChatCommand[];
  connected: boolean;
  onImages: (files: readonly File[]) => void;
}

/**
 * The field to write in. Enter sends, Shift+Enter begins a line, Escape stops the run. A message that begins with `/`
 * opens the list of commands: arrows move in it, Enter or Tab choose, Escape closes it.
 */
export function Composer({ chat, state, commands, connected, onImages }: ComposerProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const hintId = useId();
  const { draft } = state;
  const completion = useCommandCompletion(draft.text, commands, (text) => chat.setDraft({ ...draft, text }));
  const open = completion.rows.length > 0;
  const busy = isBusy(state);
  const sendable = connected && (draft.text.trim() !== "" || draft.images.length > 0);

  useEffect(() => {
    // The field takes no focus before there is a connection, and gives it up when the connection is lost.
    if (connected && document.activeElement === document.body) focusComposer();
  }, [connected]);
  useLayoutEffect(() => fitHeight(field.current), [draft.text]);

  const send = () => {
    if (!sendable) return;
    chat.send();
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes a word, Enter accepts it.
    if (event.nativeEvent.isComposing) return;
    if (completion.takesKey(event)) {
      event.preventDefault();
      return;
    }
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape" && busy) {
      event.preventDefault();
      void chat.stop();
    }
  };
  const onPaste = (event: ClipboardEvent) => {
    const images = imageFiles(event.clipboardData);
    if (images.length === 0) return;
    event.preventDefault();
    onImages(images);
  };
  const removeImage = (index: number) => {
    chat.setDraft({ ...draft, images: draft.images.filter((_, other) => other !== index) });
    field.current?.focus();
  };

  return (
    <form
      className="composer"
      data-disabled={!connected || undefined}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {open && (
        <CommandList
          id={completion.listId}
          rows={completion.rows}
          active={completion.active}
          onChoose={completion.choose}
          onPoint={completion.point}
        />
      )}
      {draft.images.length > 0 && (
        <ul className="attachments" aria-label="Images of this message">
          {draft.images.map((image, index) => (
            <li key={index}>
              <img src={image.url} alt={`Attachment ${index + 1}`} />
              <button
                type="button"
                className="icon-button small"
                aria-label={`Remove image ${index + 1}`}
                onClick={() => removeImage(index)}
              >
                <CloseIcon size={14} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="composer-row">
        <button
          type="button"
          className="icon-button"
          aria-label="Add images"
          title="Add images"
          disabled={!connected}
          onClick={() => picker.current?.click()}
        >
          <ImageIcon />
        </button>
        <input
          ref={picker}
          type="file"
          accept="image/*"
          multiple
          hidden
          onChange={(event) => {
            onImages([...(event.target.files ?? [])]);
            event.target.value = "";
          }}
        />
        <textarea
          ref={field}
          id={composerId}
          rows={1}
          value={draft.text}
          placeholder={connected ? "Write a message" : "Not connected"}
          aria-label="Message"
          aria-describedby={hintId}
          aria-autocomplete="list"
          aria-controls={open ? completion.listId : undefined}
          aria-activedescendant={open ? rowId(completion.listId, completion.active) : undefined}
          disabled={!connected}
          enterKeyHint="send"
          onChange={(event) => chat.setDraft({ ...draft, text: event.target.value })}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        {busy && (
          <button
            type="button"
            className="icon-button stop"
            aria-label="Stop"
            title="Stop (Esc)"
            disabled={!connected}
            onClick={() => void chat.stop()}
          >
            <StopIcon />
          </button>
        )}
        {(!busy || sendable) && (
          <button
            type="submit"
            className="icon-button send"
            aria-label={busy ? "Send after this answer" : "Send"}
            disabled={!sendable}
          >
            <SendIcon />
          </button>
        )}
      </div>
      <p className="composer-hint" id={hintId}>
        {busy
          ? "Esc stops. What you send now waits for the end of this answer."
          : "Enter sends, Shift+Enter starts a new line."}
      </p>
    </form>
  );
}

/** Lets the field grow with its text; the style sheet limits it. */
function fitHeight(field: HTMLTextAreaElement | null): void {
  if (!field) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}
