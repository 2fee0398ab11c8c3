import type { ChatEvent, ToolStreamData } from "@openclaw/protocol";
import { messageText, resultText } from "./message-text.ts";
import type { ToolCard } from "./tool-card.ts";
import type { ReplyBlock, TranscriptView } from "./transcript-view.ts";

/** A run this program started, and what it has shown of it. */
interface Run {
  /** The whole visible text so far. */
  text: string;
  /** The part of it that stands above the last tool card and does not change any more. */
  settled: string;
  block?: ReplyBlock | undefined;
  readonly tools: Map<string, ToolCard>;
}

/** The runs of the session that is open, and their growing text in the log. */
export interface ActiveRuns {
  readonly size: number;
  ids(): string[];
  has(id: string): boolean;
  start(id: string): void;
  drop(id: string): void;
  clear(): void;
  /** Shows what an event of a known run says; returns whether the run is over. */
  show(event: ChatEvent): boolean;
  showTool(runId: string, data: ToolStreamData): void;
  /** Shows the texts again after the log was cleared. */
  reattach(): void;
}

/** Creates the runs' place in the log. */
export function createActiveRuns(view: TranscriptView): ActiveRuns {
  const runs = new Map<string, Run>();

  function showText(run: Run, text: string): void {
    run.text = text;
    const follows = text.startsWith(run.settled);
    const rest = (follows ? text.slice(run.settled.length) : text).trim();
    if (rest === "") return;
    if (run.block) run.block.setText(rest);
    else run.block = view.addReply(rest);
  }

  return {
    get size() {
      return runs.size;
    },
    ids: () => [...runs.keys()],
    has: (id) => runs.has(id),
    start: (id) => void runs.set(id, { text: "", settled: "", tools: new Map() }),
    drop: (id) => void runs.delete(id),
    clear: () => runs.clear(),
    show(event) {
      const run = runs.get(event.runId);
      if (!run) return false;
      switch (event.state) {
        case "status":
          return false;
        case "delta":
          if (event.message) showText(run, messageText(event.message));
          else if (event.deltaText !== undefined) showText(run, (event.replace ? "" : run.text) + event.deltaText);
          return false;
        case "final":
          if (event.message) showText(run, messageText(event.message));
          break;
        case "aborted":
          if (event.message) showText(run, messageText(event.message));
          view.addLine("run aborted");
          break;
        case "error":
          view.addLine(`run error: ${event.errorMessage ?? "the Gateway gave no reason"}`, "error");
          break;
        default:
          event satisfies never;
      }
      runs.delete(event.runId);
      return true;
    },
    showTool(runId, data) {
      const run = runs.get(runId);
      if (!run) return;
      let card = run.tools.get(data.toolCallId);
      if (!card) {
        card = view.addTool({ name: data.name, args: data.phase === "start" ? data.args : {} });
        run.tools.set(data.toolCallId, card);
        run.settled = run.text;
        run.block = undefined;
      }
      if (data.phase === "update") card.update(resultText(data.partialResult));
      if (data.phase === "result") card.update(resultText(data.result), data.isError ? "failed" : "done");
    },
    reattach() {
      for (const run of runs.values()) {
        run.settled = "";
        run.block = undefined;
        run.tools.clear();
        if (run.text !== "") showText(run, run.text);
      }
    },
  };
}
