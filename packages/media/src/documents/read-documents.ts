import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { Logger } from "@openclaw/log";
import { essence, mediaKind } from "../kinds/media-type.ts";
import { MediaError } from "../media-error.ts";
import type { MediaAttachment } from "../understanding/select-attachments.ts";
import { type DocumentsConfig, documentDefaults, extractDocument } from "./extract-document.ts";

/** What is shown of a message's documents. */
export interface ReadResult {
  blocks: string[];
  /** Pages of those that say too little, as PNG files. */
  pictures: { bytes: Uint8Array; fileName: string }[];
}

/**
 * The blocks of a message's text files and PDFs, in order; files that are something else, too large or broken have none.
 * All texts together are no longer than one may be. Pictures of pages are made for models that see. Rejects only when
 * `signal` is aborted.
 */
export type ReadDocuments = (
  attachments: readonly MediaAttachment[],
  options: { signal: AbortSignal; pictures: boolean },
) => Promise<ReadResult>;

/** `config` gives `gateway.http.endpoints.responses.files`, as it is now. */
export function createReadDocuments(options: { config: () => DocumentsConfig; log: Logger }): ReadDocuments {
  const { log } = options;

  const read = async (
    { file, fileName, mimeType }: { file: string; fileName: string; mimeType: string | undefined },
    config: DocumentsConfig,
    wanted: { signal: AbortSignal; pictures: boolean },
  ) => {
    const maxBytes = config.maxBytes ?? documentDefaults.maxBytes;
    const { size } = await stat(file);
    if (size > maxBytes) {
      throw new MediaError("too-large", `${fileName} has ${size} bytes, more than the ${maxBytes} that are read`);
    }
    return extractDocument({ bytes: await readFile(file), fileName, mimeType }, config, wanted);
  };

  return async (attachments, { signal, pictures: wantsPictures }) => {
    const config = options.config();
    let left = config.maxChars ?? documentDefaults.maxChars;
    const blocks: string[] = [];
    const pictures: ReadResult["pictures"] = [];
    for (const attachment of attachments) {
      const { path: file } = attachment;
      if (file === undefined || file === "" || !mayBeText(attachment)) continue;
      const { fileName = path.basename(file), mimeType } = attachment;
      const limits = { ...config, maxChars: left };
      try {
        const wanted = { signal, pictures: wantsPictures };
        const content = left > 0 ? await read({ file, fileName, mimeType }, limits, wanted) : undefined;
        if (content === undefined) continue;
        blocks.push(content.block);
        left -= content.block.length;
        for (const [index, bytes] of content.pictures.entries()) {
          pictures.push({ bytes, fileName: `${path.parse(fileName).name}-page-${index + 1}.png` });
        }
      } catch (error) {
        signal.throwIfAborted();
        log.warn("a file of a message is not shown to the model", {
          error: error instanceof Error ? error.message : String(error),
        });
      }
    }
    return { blocks, pictures };
  };
}

function mayBeText({ mimeType, fileName, path: file }: MediaAttachment): boolean {
  return mediaKind(mimeType, fileName ?? file) === "document" || essence(mimeType ?? "") === "image/svg+xml";
}
