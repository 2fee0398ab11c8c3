import { useLayoutEffect, useRef } from "react";
import type { Completion } from "../chat/command-completion.ts";

interface CommandListProps {
  id: string;
  rows: readonly Completion[];
  active: number;
  onChoose: (row: Completion) => void;
  onPoint: (index: number) => void;
}

/** Id of a row, for the field that says which one is active. */
export function rowId(listId: string, index: number): string {
  return `${listId}-${index}`;
}

/** What can follow what was typed; the field keeps the focus and the keys. */
export function CommandList({ id, rows, active, onChoose, onPoint }: CommandListProps) {
  const activeRow = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    // Browsers with scroll promises return one here; an effect must not.
    void activeRow.current?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <div className="commands" id={id} role="listbox" aria-label="Commands">
      {rows.map((row, index) => (
        <div
          key={row.label}
          id={rowId(id, index)}
          ref={index === active ? activeRow : undefined}
          role="option"
          tabIndex={-1}
          aria-selected={index === active}
          onMouseMove={() => onPoint(index)}
          // The field must not lose the focus before the row is chosen.
          onMouseDown={(event) => {
            event.preventDefault();
            onChoose(row);
          }}
        >
          <span className="command-name">{row.label}</span>
          <span className="command-description">{row.description}</span>
        </div>
      ))}
    </div>
  );
}
