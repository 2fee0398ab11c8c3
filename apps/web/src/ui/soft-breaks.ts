/** What is needed here of a node of the Markdown tree. */
interface MarkdownNode {
  type: string;
  value?: string;
  children?: MarkdownNode[];
}

/** A remark plugin: a line break in a paragraph is one, as people and the Gateway's own answers mean it in a chat. */
export function softBreaks(): (tree: MarkdownNode) => void {
  return breakLines;
}

function breakLines(node: MarkdownNode): void {
  if (!node.children) return;
  node.children = node.children.flatMap((child) => (child.type === "text" ? lines(child) : child));
  for (const child of node.children) breakLines(child);
}

function lines(node: MarkdownNode): MarkdownNode[] {
  const texts = (node.value ?? "").split("\n");
  if (texts.length === 1) return [node];
  return texts.flatMap((value, index) => [...(index > 0 ? [{ type: "break" }] : []), { type: "text", value }]);
}
