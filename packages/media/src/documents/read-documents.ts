import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { Logger } from "@openclaw/log";
import { essence, mediaKind } from "../kinds/media-type.ts";
import { MediaError } from "../media-error.ts";
import type { MediaAttachment } from "../understanding/select-attachments.ts";
import { type DocumentsConfig, documentDefaults, extractDocument } from "./extract-document.ts";

/**
 * The blocks of a message's text files and PDFs, in order; files that are something else, too large or broken have none.
 * All texts together are no longer than one may be. Rejects only when `signal` is aborted.
 */
export type ReadDocuments = (attachments: readonly MediaAttachment[], signal: AbortSignal) => Promise<string[]>;

/** `config` gives `gateway.http.endpoints.responses.files`, as it is now. */
export function createReadDocuments(options: { config: () => DocumentsConfig; log: Logger }): ReadDocuments {
  const { log } = options;

  const read = async (file: string, attachment: MediaAttachment, config: DocumentsConfig, signal: AbortSignal) => {
    const maxBytes = config.maxBytes ?? documentDefaults.maxBytes;
    const fileName = attachment.fileName ?? path.basename(file);
    const { size } = await stat(file);
    if (size > maxBytes) {
      throw new MediaError("too-large", `${fileName} has ${size} bytes, more than the ${maxBytes} that are read`);
    }
    return extractDocument({ bytes: await readFile(file), fileName, mimeType: attachment.mimeType }, config, signal);
  };

  return async (attachments, signal) => {
    const config = options.config();
    let left = config.maxChars ?? documentDefaults.maxChars;
    const blocks: string[] = [];
    for (const attachment of attachments) {
      const { path: file } = attachment;
      if (file === undefined || file === "" || !mayBeText(attachment)) continue;
      try {
        const block = left > 0 ? await read(file, attachment, { ...config, maxChars: left }, signal) : undefined;
        if (block === undefined) continue;
        blocks.push(block);
        left -= block.length;
      } catch (error) {
        signal.throwIfAborted();
        log.warn("a file of a message is not shown to the model", {
          error: error instanceof Error ? error.message : String(error),
        });
      }
    }
    return blocks;
  };
}

function mayBeText({ mimeType, fileName, path: file }: MediaAttachment): boolean {
  return mediaKind(mimeType, fileName ?? file) === "document" || essence(mimeType ?? "") === "image/svg+xml";
}
