import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { wrapWithin } from "@openclaw/agent-runtime";
import type { ContentBlock, ToolResult } from "@openclaw/plugin-sdk";

/** Longest text of one result that a model is shown, in characters. */
const maxTextChars = 100_000;

/**
 * What a model sees of a server's answer: its text between markers, since the server and whoever it speaks for are
 * strangers, and its pictures.
 */
export function toolResult(answer: CallToolResult, origin: { server: string; tool: string }): ToolResult {
  const texts = answer.content.flatMap((block) => textOf(block) ?? []);
  if (texts.length === 0 && answer.structuredContent !== undefined) {
    texts.push(JSON.stringify(answer.structuredContent, null, 2));
  }
  const images = answer.content.flatMap((block): ContentBlock[] =>
    block.type === "image" ? [{ type: "image", data: block.data, mimeType: block.mimeType }] : [],
  );
  const said = texts.join("\n\n");
  const wrapped =
    said.trim() === ""
      ? undefined
      : wrapWithin(said, { source: "api", sender: `MCP server ${origin.server}`, maxChars: maxTextChars });
  const text =
    wrapped === undefined
      ? images.length === 0
        ? "The tool has answered without any content."
        : undefined
      : `${wrapped.text}${wrapped.truncated ? `\n[Cut: the answer had ${said.length} characters. Ask for a smaller part of it.]` : ""}`;
  return {
    content: [...(text === undefined ? [] : [{ type: "text" as const, text }]), ...images],
    details: { mcp: origin },
    ...(answer.isError === true ? { isError: true } : {}),
  };
}

function textOf(block: CallToolResult["content"][number]): string | undefined {
  switch (block.type) {
    case "text":
      return block.text;
    case "image":
      return undefined;
    case "audio":
      return `[Sound (${block.mimeType}) left out]`;
    case "resource_link":
      return `[Resource link (${block.title ?? block.name})] ${block.uri}`;
    case "resource":
      if ("text" in block.resource) return block.resource.text;
      return `[File ${block.resource.uri} (${block.resource.mimeType ?? "unknown type"}) left out]`;
  }
}
