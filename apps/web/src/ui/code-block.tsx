import { type ReactNode, useEffect, useState } from "react";
import { CopyButton } from "./copy-button.tsx";

interface CodeBlockProps {
  text: string;
  language: string | undefined;
  /** The code is being written; it gets its colours when it is finished. */
  live: boolean;
}

/** Code with its colours and a button to copy it. */
export function CodeBlock({ text, language, live }: CodeBlockProps) {
  const [colours, setColours] = useState<{ text: string; nodes: ReactNode }>();

  useEffect(() => {
    if (live || language === undefined) return;
    let current = true;
    import("./highlight.tsx").then(
      ({ highlight }) => {
        const nodes = highlight(text, language);
        if (current && nodes) setColours({ text, nodes });
      },
      (error: unknown) => console.warn("code is shown without colours", error),
    );
    return () => {
      current = false;
    };
  }, [text, language, live]);

  return (
    <div className="code-block">
      <div className="code-head">
        <span>{language ?? "text"}</span>
        <CopyButton text={text} label="Copy code" />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll and must be reachable by keyboard */}
      <pre tabIndex={0}>
        <code>{colours?.text === text ? colours.nodes : text}</code>
      </pre>
    </div>
  );
}
