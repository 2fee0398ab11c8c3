import { memo } from "react";
import { type Part, type Turn, turnText } from "../chat/turn.ts";
import { withoutVoiceDirective } from "../chat/voice-directive.ts";
import { Avatar } from "./avatar.tsx";
import { CopyButton } from "./copy-button.tsx";
import { FileIcon } from "./icons.tsx";
import { Images } from "./images.tsx";
import { Markdown } from "./markdown.tsx";
import { ToolCard } from "./tool-card.tsx";
import { useAppHandle, useSettings } from "./use-app.ts";

interface TurnViewProps {
  turn: Turn;
  /** The turn is being worked on: calls without a result are running. */
  active?: boolean;
  /** The text is being written. */
  live?: boolean;
  compacting?: boolean;
  /** Continues the turn above: no picture, no space. */
  bare?: boolean;
  /** A message the assistant has not begun with. */
  waiting?: boolean;
}

/** One turn of the conversation. */
export const TurnView = memo(function TurnView({
  turn,
  active = false,
  live = false,
  compacting = false,
  bare = false,
  waiting = false,
}: TurnViewProps) {
  switch (turn.kind) {
    case "compaction":
      return <p className="divider">Earlier messages were summarised</p>;
    case "user":
      return (
        <article className="turn user" aria-label="You">
          <div className="bubble">
            {turn.images.length > 0 && <Images images={turn.images} />}
            {turn.text && <p className="user-text">{turn.text}</p>}
          </div>
          {waiting ? <p className="turn-meta">Waits for the current answer</p> : <Meta turn={turn} />}
        </article>
      );
    case "assistant":
      return <AssistantTurn turn={turn} active={active} live={live} compacting={compacting} bare={bare} />;
  }
});

type AssistantTurnProps = Required<Omit<TurnViewProps, "turn" | "waiting">> & {
  turn: Extract<Turn, { kind: "assistant" }>;
};

function AssistantTurn({ turn, active, live, compacting, bare }: AssistantTurnProps) {
  const { boot } = useAppHandle();
  const { chatShowThinking, chatShowTools } = useSettings();
  const shown = turn.parts.filter((part) =>
    part.kind === "thinking" ? chatShowThinking : part.kind === "tool" ? chatShowTools : true,
  );
  const last = shown.at(-1);
  const waiting = live && !(last?.kind === "text");
  if (shown.length === 0 && !live && !turn.stopped) return null;

  return (
    <article
      className={bare ? "turn assistant bare" : "turn assistant"}
      aria-label={boot.assistantName}
      aria-busy={live}
    >
      <div className="turn-avatar">{!bare && <Avatar size={28} />}</div>
      <div className="turn-body">
        {shown.map((part, index) => (
          <PartView key={partKey(part, index)} part={part} active={active} live={live && part === last} />
        ))}
        {waiting && <Working text={compacting ? "Summarising earlier messages" : "Working"} />}
        {turn.stopped && <p className="fine-print stopped">Stopped</p>}
        {!live && !active && <Meta turn={turn} />}
      </div>
    </article>
  );
}

function PartView({ part, active, live }: { part: Part; active: boolean; live: boolean }) {
  switch (part.kind) {
    case "text":
      return <Markdown text={live ? withoutVoiceDirective(part.text) : part.text} live={live} />;
    case "thinking":
      return (
        <details className="thinking">
          <summary>Thinking</summary>
          <Markdown text={part.text} />
        </details>
      );
    case "tool":
      return <ToolCard call={part.call} active={active} />;
    case "image":
      return <Images images={[part.image]} />;
    case "audio":
      // biome-ignore lint/a11y/useMediaCaption: the text stands above it
      return <audio className="sound" controls preload="metadata" src={part.url} aria-label="Spoken answer" />;
    case "file":
      return <FileLink url={part.url} name={part.name} />;
    case "error":
      return (
        <p className="turn-error">
          <strong>Error:</strong> {part.text}
        </p>
      );
  }
}

/** A file of the Gateway is kept under its name; what is elsewhere is opened beside the chat. */
function FileLink({ url, name }: { url: string; name: string }) {
  const place = url.startsWith("/") ? { download: name } : { target: "_blank", rel: "noopener noreferrer" };
  return (
    <a className="file" href={url} {...place}>
      <FileIcon />
      {name}
    </a>
  );
}

/** A tool keeps its card while texts before it change. */
function partKey(part: Part, index: number): string {
  return part.kind === "tool" ? `tool-${part.call.id}` : `${part.kind}-${index}`;
}

function Working({ text }: { text: string }) {
  return (
    <p className="working">
      <span className="working-dots" aria-hidden="true">
        <span />
        <span />
        <span />
      </span>
      <span className={text === "Working" ? "visually-hidden" : undefined}>{text}</span>
    </p>
  );
}

function Meta({ turn }: { turn: Extract<Turn, { kind: "user" | "assistant" }> }) {
  const text = turnText(turn);
  return (
    <div className="turn-meta">
      {turn.at !== undefined && <time dateTime={new Date(turn.at).toISOString()}>{timeOfDay(turn.at)}</time>}
      {text && <CopyButton text={text} label="Copy as Markdown" />}
    </div>
  );
}

function timeOfDay(at: number): string {
  const date = new Date(at);
  const time = date.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  const today = date.toDateString() === new Date().toDateString();
  return today ? time : `${date.toLocaleDateString(undefined, { day: "numeric", month: "short" })}, ${time}`;
}
