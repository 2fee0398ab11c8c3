import { displayTool } from "@openclaw/protocol/wire";
import { useState } from "react";
import { isObject } from "../chat/message-content.ts";
import type { ToolCall } from "../chat/turn.ts";
import { CopyButton } from "./copy-button.tsx";
import { CheckIcon, ChevronIcon, CloseIcon } from "./icons.tsx";
import { Images } from "./images.tsx";

/** A tool call: what was done on one line, arguments and output behind it. */
export function ToolCard({ call, active }: { call: ToolCall; active: boolean }) {
  const [open, setOpen] = useState(false);
  const { emoji, title, detail } = displayTool(call.name, call.args);
  const status = call.state === "open" ? (active ? "running" : "unfinished") : call.state;
  return (
    <details className="tool" data-status={status} open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className="tool-emoji" aria-hidden="true">
          {emoji}
        </span>
        <span className="tool-title">{title}</span>
        {/* The Gateway's own description knows the home folder and hides secrets. */}
        <span className="tool-detail">{call.meta ?? detail}</span>
        <Status status={status} />
        <span className="tool-chevron">
          <ChevronIcon size={16} />
        </span>
      </summary>
      {open && (
        <div className="tool-body">
          <Section label={call.name === "exec" ? "Command" : "Arguments"} text={argumentsText(call)} />
          {call.images && <Images images={call.images} />}
          {call.output !== undefined && (
            <Section label={call.state === "open" ? "Output so far" : "Output"} text={call.output} />
          )}
          {call.output === undefined && !call.images && <p className="fine-print">{noOutput(status)}</p>}
        </div>
      )}
    </details>
  );
}

type Status = "running" | "unfinished" | "asked" | "ok" | "failed";

const statusWords: Record<Status, string> = {
  running: "running",
  unfinished: "no result",
  asked: "asked you",
  ok: "done",
  failed: "failed",
};

function Status({ status }: { status: Status }) {
  return (
    <span className="tool-status">
      {status === "running" && <span className="spinner" aria-hidden="true" />}
      {status === "ok" && <CheckIcon size={16} />}
      {status === "failed" && <CloseIcon size={16} />}
      <span className={status === "ok" || status === "running" ? "visually-hidden" : undefined}>
        {statusWords[status]}
      </span>
    </span>
  );
}

function Section({ label, text }: { label: string; text: string }) {
  if (text === "") return null;
  return (
    <section className="tool-section">
      <header>
        <h3>{label}</h3>
        <CopyButton text={text} label={`Copy ${label.toLowerCase()}`} />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long output scrolls and must be reachable by keyboard */}
      <pre tabIndex={0}>{text}</pre>
    </section>
  );
}

function argumentsText({ name, args }: ToolCall): string {
  if (args === undefined || args === null) return "";
  if (!isObject(args)) return typeof args === "string" ? args : JSON.stringify(args, null, 2);
  const { command, ...others } = args;
  if (name === "exec" && typeof command === "string" && Object.keys(others).length === 0) return command;
  return Object.keys(args).length === 0 ? "" : JSON.stringify(args, null, 2);
}

function noOutput(status: Status): string {
  switch (status) {
    case "running":
      return "Still running.";
    case "unfinished":
      return "It was interrupted; whether it was done is not known.";
    case "asked":
    case "ok":
    case "failed":
      return "No output.";
  }
}
