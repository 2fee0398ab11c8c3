import { type KeyboardEvent, useId, useState } from "react";
import { type ChatCommand, type Completion, completions } from "../chat/command-completion.ts";

/** The completion of what is being written: its rows, the active one, and the keys it takes from the field. */
export interface CommandCompletion {
  listId: string;
  rows: readonly Completion[];
  active: number;
  point(index: number): void;
  choose(row: Completion): void;
  /** True when a key was for the list. */
  takesKey(event: KeyboardEvent): boolean;
}

export function useCommandCompletion(
  draft: string,
  commands: readonly ChatCommand[],
  onDraft: (text: string) => void,
): CommandCompletion {
  const listId = useId();
  const [active, setActive] = useState(0);
  /** The draft for which the user closed the list. */
  const [closedFor, setClosedFor] = useState<string>();
  const rows = draft === closedFor ? [] : completions(draft, commands);
  const shown = Math.min(active, Math.max(0, rows.length - 1));

  const choose = (row: Completion) => {
    setActive(0);
    onDraft(row.text);
  };
  return {
    listId,
    rows,
    active: shown,
    point: setActive,
    choose,
    takesKey(event) {
      const row = rows[shown];
      if (row === undefined || event.ctrlKey || event.metaKey || event.altKey) return false;
      switch (event.key) {
        case "ArrowDown":
          setActive((shown + 1) % rows.length);
          return true;
        case "ArrowUp":
          setActive((shown + rows.length - 1) % rows.length);
          return true;
        case "Tab":
          if (event.shiftKey) return false;
          choose(row);
          return true;
        case "Enter":
          // What is complete already is sent.
          if (event.shiftKey || row.text.trim() === draft.trim()) return false;
          choose(row);
          return true;
        case "Escape":
          setClosedFor(draft);
          return true;
        default:
          return false;
      }
    },
  };
}
