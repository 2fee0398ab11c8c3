import { useEffect, useState } from "react";
import { CheckIcon, CopyIcon } from "./icons.tsx";

/** Copies a text and says so. */
export function CopyButton({ text, label }: { text: string | (() => string); label: string }) {
  const [outcome, setOutcome] = useState<"copied" | "failed">();

  useEffect(() => {
    if (!outcome) return;
    const timer = setTimeout(() => setOutcome(undefined), 2000);
    return () => clearTimeout(timer);
  }, [outcome]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
      setOutcome("copied");
    } catch {
      setOutcome("failed"); // browsers offer the clipboard to secure pages only
    }
  };
  const said = outcome === "copied" ? "Copied" : outcome === "failed" ? "Copying is not allowed here" : label;
  return (
    <button type="button" className="icon-button small" aria-label={said} title={said} onClick={copy}>
      {outcome === "copied" ? <CheckIcon size={16} /> : <CopyIcon size={16} />}
    </button>
  );
}
