import type { Chat } from "../chat/chat.ts";
import { type ChatState, isBusy } from "../chat/chat-state.ts";
import { CloseIcon } from "./icons.tsx";

/** Messages that wait for the current run to end. */
export function Queue({ chat, state }: { chat: Chat; state: ChatState }) {
  if (state.queue.length === 0) return null;
  return (
    <section className="queue" aria-label="Waiting messages">
      <p className="fine-print">
        {state.queuePaused ? "Not sent. " : "Sent when the current answer is finished."}
        {state.queuePaused && (
          <button type="button" className="link-button" onClick={() => chat.resumeQueue()}>
            {isBusy(state) ? "Send after this answer" : "Send"}
          </button>
        )}
      </p>
      <ul>
        {state.queue.map(({ runId, text, images }) => (
          <li key={runId}>
            <span className="queue-text">{text || `${images.length} image${images.length === 1 ? "" : "s"}`}</span>
            <button
              type="button"
              className="icon-button small"
              aria-label={`Remove “${text.slice(0, 40)}” from the queue`}
              onClick={() => chat.unqueue(runId)}
            >
              <CloseIcon size={16} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
