import type { Chat } from "../chat/chat.ts";
import { Avatar } from "./avatar.tsx";
import { useApp } from "./use-app.ts";

interface Suggestion {
  title: string;
  hint: string;
  text: string;
  /** The user completes the sentence. */
  open?: true;
}

const list: Suggestion = {
  title: "List the files in your workspace",
  hint: "It works in a folder of its own on the Gateway's machine.",
  text: "list the files in your workspace",
};
const remember: Suggestion = {
  title: "Remember something",
  hint: "Notes are plain Markdown files you can read and edit.",
  text: "remember that ",
  open: true,
};
const help: Suggestion = { title: "What can you do?", hint: "A short tour.", text: "help" };
const connect: Suggestion = {
  title: "Connect a real model",
  hint: "With a key of yours, or a model on your own machine.",
  text: "how do I connect a real model?",
};
const status: Suggestion = { title: "Show the status", hint: "Model, session and usage so far.", text: "/status" };

/** What a conversation shows before anything was said. */
export function EmptyState({ chat }: { chat: Chat }) {
  const { app, state } = useApp();
  const offline = (state.sessions.defaults.provider ?? "") === "offline";
  const connected = state.connection.kind === "connected";
  const name = app.boot.assistantName;

  const use = ({ text, open }: Suggestion) => {
    const field = document.querySelector<HTMLTextAreaElement>("#composer");
    if (!open) return chat.send({ text, images: [] });
    chat.setDraft({ ...chat.state.draft, text });
    field?.focus();
  };

  return (
    <div className="scroller">
      <section className="empty">
        <Avatar size={64} />
        <h2>{name === "Assistant" ? "What shall we do?" : `Hello, I am ${name}.`}</h2>
        <p>
          {offline
            ? "No language model is connected yet, so I run on built-in sentences. Everything else is real: files, memory, commands. Try one of these."
            : "I run on your own machine and can read and write files, run commands and remember things. Try one of these, or just write."}
        </p>
        <ul className="suggestions">
          {[list, remember, help, offline ? connect : status].map((suggestion) => (
            <li key={suggestion.title}>
              <button type="button" disabled={!connected} onClick={() => use(suggestion)}>
                <span className="suggestion-title">{suggestion.title}</span>
                <span className="suggestion-hint">{suggestion.hint}</span>
              </button>
            </li>
          ))}
        </ul>
        <dl className="tips">
          <div>
            <dt>
              <kbd>/status</kbd>
            </dt>
            <dd>model, session and usage</dd>
          </div>
          <div>
            <dt>
              <kbd>/new</kbd>
            </dt>
            <dd>forget this conversation and start over</dd>
          </div>
          <div>
            <dt>
              <kbd>Esc</kbd>
            </dt>
            <dd>stop an answer</dd>
          </div>
        </dl>
      </section>
    </div>
  );
}
