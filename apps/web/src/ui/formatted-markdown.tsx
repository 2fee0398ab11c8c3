import type { ComponentProps } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { CodeBlock } from "./code-block.tsx";
import { safeImage, safeLink } from "./safe-address.ts";
import { softBreaks } from "./soft-breaks.ts";

/**
 * Markdown as elements. HTML in the text is shown as text, links open elsewhere, and nothing is loaded from another host.
 */
export default function FormattedMarkdown({ text, live = false }: { text: string; live?: boolean }) {
  return (
    <ReactMarkdown
      remarkPlugins={[remarkGfm, softBreaks]}
      urlTransform={(address) => address}
      components={live ? liveComponents : components}
    >
      {text}
    </ReactMarkdown>
  );
}

const origin = () => globalThis.location?.origin ?? "http://localhost";

const common: Components = {
  a: ({ href, children }) => <Link href={href}>{children}</Link>,
  img: ({ src, alt }) => <Image src={typeof src === "string" ? src : undefined} alt={alt} />,
  table: ({ children }) => (
    <div className="table-scroll">
      <table>{children}</table>
    </div>
  ),
  // The block is drawn by `code`, which knows the language.
  pre: ({ children }) => <>{children}</>,
};
const components: Components = {
  ...common,
  code: ({ className, children }) => <Code className={className} children={children} live={false} />,
};
const liveComponents: Components = {
  ...common,
  code: ({ className, children }) => <Code className={className} children={children} live />,
};

function Link({ href, children }: Pick<ComponentProps<"a">, "href" | "children">) {
  const safe = safeLink(href);
  if (!safe) return <span>{children}</span>;
  if (safe.startsWith("#")) return <a href={safe}>{children}</a>;
  return (
    <a href={safe} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  );
}

function Image({ src, alt }: { src: string | undefined; alt: string | undefined }) {
  const safe = safeImage(src, origin());
  if (safe) return <img src={safe} alt={alt ?? ""} loading="lazy" />;
  return <Link href={src}>{alt || "Image"}</Link>;
}

function Code({
  className,
  children,
  live,
}: Pick<ComponentProps<"code">, "className" | "children"> & { live: boolean }) {
  const text = String(children ?? "");
  const language = /language-([\w+#.-]+)/.exec(className ?? "")?.[1];
  // Only blocks keep their last line break.
  const isBlock = language !== undefined || text.endsWith("\n");
  return isBlock ? (
    <CodeBlock text={text.replace(/\n$/, "")} language={language} live={live} />
  ) : (
    <code>{children}</code>
  );
}
