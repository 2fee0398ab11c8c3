import type { ContentBlock } from "@agentclientprotocol/sdk";

/** A prompt as `chat.send` takes it. */
export interface PromptMessage {
  message: string;
  attachments: { type: "image"; mimeType: string; content: string }[];
}

/**
 * Reads the blocks of a prompt: texts and texts of files as they are, links as a line each, pictures as attachments.
 * What else an editor sends is not understood by agents and left out.
 */
export function promptMessage(blocks: readonly ContentBlock[], cwd: string | undefined): PromptMessage {
  const attachments: PromptMessage["attachments"] = [];
  const parts = blocks.flatMap((block): string[] => {
    switch (block.type) {
      case "text":
        return [block.text];
      case "resource":
        return "text" in block.resource ? [block.resource.text] : [];
      case "resource_link":
        return [`[Resource link${block.title ? ` (${block.title})` : ""}] ${block.uri}`];
      case "image":
        attachments.push({ type: "image", mimeType: block.mimeType, content: block.data });
        return [];
      default:
        return [];
    }
  });
  const text = parts.join("\n");
  // A command is one only at the beginning of a message.
  const isCommand = /^\s*\//.test(text);
  return { message: cwd === undefined || isCommand ? text : `[Working directory: ${cwd}]\n\n${text}`, attachments };
}
