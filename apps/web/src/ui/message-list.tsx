import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { ChatState } from "../chat/chat-state.ts";
import type { Turn } from "../chat/turn.ts";
import { ArrowDownIcon } from "./icons.tsx";
import { TurnView } from "./turn-view.tsx";

/** This near to the end the list follows new text, pixels. */
const FOLLOW_WITHIN = 80;

/** The messages of a conversation. The list follows new text while the reader is at its end. */
export function MessageList({ state }: { state: ChatState }) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [atEnd, setAtEnd] = useState(true);
  const lastSent = state.local.findLast(({ turn }) => turn.kind === "user")?.turn.id;

  const toEnd = () => {
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  };
  useEffect(() => {
    if (!content.current || !scroller.current) return;
    // Images and code change their height after they were drawn; what opens below the list takes room from it.
    const observer = new ResizeObserver(() => following.current && toEnd());
    observer.observe(content.current);
    observer.observe(scroller.current);
    return () => observer.disconnect();
  });
  useLayoutEffect(() => {
    following.current = true;
    toEnd();
  }, [lastSent]);

  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    following.current = element.scrollHeight - element.scrollTop - element.clientHeight < FOLLOW_WITHIN;
    setAtEnd(following.current);
  };

  const loading = state.turns.length === 0 && (state.history === "loading" || state.history === "none");
  return (
    <div className="scroller-frame">
      <section
        ref={scroller}
        className="scroller"
        onScroll={onScroll}
        aria-label="Conversation"
        aria-busy={loading}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
      >
        <div ref={content} className="messages">
          {loading && <Skeleton />}
          {state.truncated && <p className="divider">Only the last 200 messages are shown.</p>}
          {shownTurns(state)}
        </div>
      </section>
      {!atEnd && (
        <button
          type="button"
          className="icon-button to-end"
          aria-label="To the latest message"
          onClick={() => {
            following.current = true;
            toEnd();
          }}
        >
          <ArrowDownIcon />
        </button>
      )}
    </div>
  );
}

/**
 * History, then what the page knows beyond it. A run that goes on continues the turn the history ends with when the
 * history already holds its beginning. Messages that wait in the Gateway for the end of another run stand below it.
 */
function shownTurns(state: ChatState): ReactNode[] {
  const begun = state.runs.filter((run) => !run.own || run.parts.length > 0);
  const waiting = begun.length > 0 ? state.runs.filter((run) => !begun.includes(run)) : [];
  const running = waiting.length > 0 ? begun : state.runs;
  const waits = ({ runId }: { runId: string }) => waiting.some((run) => run.runId === runId);
  const local = state.local.filter((item) => !waits(item));

  const known: Turn[] = [...state.turns, ...local.map(({ turn }) => turn)];
  const last = known.at(-1);
  const continues = running.length > 0 && last?.kind === "assistant" && local.length === 0 ? last : undefined;
  const views = known.map((turn) => <TurnView key={turn.id} turn={turn} active={turn === continues} />);
  for (const run of running) {
    const turn: Turn = { kind: "assistant", id: `run-${run.runId}`, parts: run.parts };
    views.push(
      <TurnView key={turn.id} turn={turn} active live compacting={run.compacting} bare={continues !== undefined} />,
    );
  }
  for (const { turn } of state.local.filter(waits)) views.push(<TurnView key={turn.id} turn={turn} waiting />);
  return views;
}

function Skeleton() {
  return (
    <div className="skeleton" aria-hidden="true">
      <span />
      <span />
      <span />
    </div>
  );
}
