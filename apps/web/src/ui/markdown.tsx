import { lazy, memo, Suspense, useDeferredValue } from "react";

/** Longer texts are cut; the rest is in the transcript. */
const LONGEST = 140_000;
/** Longer texts are not worth formatting: it would take the page seconds. */
const PLAIN_FROM = 40_000;

const FormattedMarkdown = lazy(() => import("./formatted-markdown.tsx"));

/** A text of the assistant. `live` shows that it is being written. */
export const Markdown = memo(function Markdown({ text, live = false }: { text: string; live?: boolean }) {
  // While text streams in, typing and scrolling come first.
  const deferred = useDeferredValue(text);
  const shown =
    deferred.length > LONGEST
      ? `${deferred.slice(0, LONGEST)}\n\n… (${deferred.length - LONGEST} more characters)`
      : deferred;
  const plain = <p className="plain-text">{shown}</p>;
  return (
    <div className="markdown" data-live={live || undefined}>
      {shown.length > PLAIN_FROM ? (
        plain
      ) : (
        <Suspense fallback={plain}>
          <FormattedMarkdown text={shown} live={live} />
        </Suspense>
      )}
    </div>
  );
});
