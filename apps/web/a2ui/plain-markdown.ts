/** Texts of surfaces as HTML: headings and emphasis, which the renderer itself writes, and paragraphs. */
export async function renderMarkdown(text: string): Promise<string> {
  return text
    .split(/\n{2,}/)
    .map((block) => {
      const heading = /^(#{1,5}) (.*)$/s.exec(block);
      if (heading) return `<h${heading[1]?.length}>${escaped(heading[2] ?? "")}</h${heading[1]?.length}>`;
      const emphasis = /^\*(.+)\*$/s.exec(block);
      const inner = emphasis ? `<em>${escaped(emphasis[1] ?? "")}</em>` : escaped(block);
      return `<p>${inner.replaceAll("\n", "<br>")}</p>`;
    })
    .join("");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
