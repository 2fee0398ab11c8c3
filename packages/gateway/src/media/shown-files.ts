import { createMediaSource, takeMediaLines } from "@openclaw/agent-runtime";
import { type OfferedFiles, type WebFile, type WebFiles, withFiles } from "./web-files.ts";

/** A message of the assistant as it stands in a transcript. */
interface Written {
  content: readonly { type: string; text?: string }[];
  timestamp?: number | undefined;
}

/** A message as the web chat shows it: the files its text names are taken out of it and can be fetched. */
export type ShownFiles = <M extends Written>(sessionKey: string, agentId: string, message: M) => M;

export function createShownFiles(options: {
  webFiles: Pick<WebFiles, "offer" | "of">;
  workspace(agentId: string): string;
  mediaDir: string;
}): ShownFiles {
  const { webFiles, mediaDir } = options;
  return (sessionKey, agentId, message) => {
    const kept = message.timestamp === undefined ? undefined : webFiles.of(sessionKey, message.timestamp);
    const namesFiles = message.content.some(({ text }) => text?.includes("MEDIA:"));
    if (!namesFiles) return { ...message, ...withFiles(kept) };
    const accept = createMediaSource({ workspaceDir: options.workspace(agentId), roots: [mediaDir] });
    const named: string[] = [];
    const content = message.content.map((block) => {
      if (block.type !== "text" || block.text === undefined) return block;
      const { text, mediaUrls } = takeMediaLines(block.text, accept);
      named.push(...mediaUrls);
      return mediaUrls.length === 0 ? block : { ...block, text: text.trim() };
    });
    return { ...message, content, ...withFiles(together(kept, webFiles.offer(named))) };
  };
}

/** What was noted of a message and what its text names are often the same. */
function together(first: OfferedFiles | undefined, second: OfferedFiles): OfferedFiles {
  return {
    sounds: unique([...(first?.sounds ?? []), ...second.sounds]),
    files: unique([...(first?.files ?? []), ...second.files]),
  };
}

function unique(files: readonly WebFile[]): WebFile[] {
  return files.filter(({ url }, at) => files.findIndex((other) => other.url === url) === at);
}
