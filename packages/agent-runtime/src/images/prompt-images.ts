import { stat } from "node:fs/promises";
import type { Logger } from "@openclaw/log";
import { type ContextMessage, messageText, type UserBlock, type UserMessage } from "@openclaw/sessions";
import { type FileToolOptions, resolveExistingToolPath } from "../tools/file-path.ts";
import type { ToolFiles } from "../tools/tool-files.ts";
import { type FittedImage, fitImage, type ModelImage, omittedImage } from "./fit-image.ts";
import { imageReferences } from "./image-references.ts";
import { readImageFile, readOpenImage } from "./image-source.ts";

/** Referenced images shown at once, the latest first. */
const maxImages = 20;
/** Base64 characters of them together. */
const maxShownChars = 20_000_000;
/** Base64 characters kept between turns, so that a picture is not made smaller again at every turn. */
const maxKeptChars = 8_000_000;

export interface PromptImagesOptions {
  homeDir: string;
  platform: NodeJS.Platform;
  log: Logger;
}

/** Shows models the local images that user messages name. */
export interface PromptImages {
  /** Whether any of the messages names an image. Each message is looked through once. */
  areNamedIn(messages: readonly ContextMessage[]): boolean;
  /** The messages with the named images attached; the same list when there are none. Nothing is changed on disk. */
  attach(
    messages: readonly ContextMessage[],
    place: { workspaceDir: string; files?: ToolFiles },
  ): Promise<readonly ContextMessage[]>;
}

export function createPromptImages(options: PromptImagesOptions): PromptImages {
  const { homeDir, platform, log } = options;
  const named = new WeakMap<ContextMessage, readonly string[]>();
  const kept = new Map<string, FittedImage>();
  let keptChars = 0;

  const referencesOf = (message: ContextMessage): readonly string[] => {
    const known = named.get(message);
    if (known !== undefined) return known;
    const found = message.role === "user" ? imageReferences(messageText(message)) : [];
    named.set(message, found);
    return found;
  };

  /** Undefined for a file that is not there, or not to be shown. */
  const load = async (reference: string, place: FileToolOptions): Promise<FittedImage | undefined> => {
    const path = resolveExistingToolPath(reference, place);
    try {
      // In a sandbox the file is opened first, because what its path leads to may change in between.
      const { files } = place;
      const opened = await files?.open(reference);
      const { size, mtimeMs, ino } = opened?.status ?? (await stat(path));
      const key = `${path}\n${ino}\n${size}\n${mtimeMs}`;
      const known = kept.get(key);
      if (known !== undefined) {
        await opened?.file.close();
        return known;
      }
      const fitted = await fitImage(await (opened === undefined ? readImageFile(path) : readOpenImage(opened)));
      keep(key, fitted);
      return fitted;
    } catch (error) {
      log.debug(`the image ${reference} is not shown: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };

  const keep = (key: string, fitted: FittedImage) => {
    const size = charsOf(fitted);
    if (size > maxKeptChars) return;
    kept.set(key, fitted);
    keptChars += size;
    for (const [oldest, image] of kept) {
      if (keptChars <= maxKeptChars) break;
      kept.delete(oldest);
      keptChars -= charsOf(image);
    }
  };

  return {
    areNamedIn: (messages) => messages.some((message) => referencesOf(message).length > 0),
    async attach(messages, { workspaceDir, files }) {
      const attached = new Map<number, UserBlock[]>();
      let count = 0;
      let chars = 0;
      for (let at = messages.length - 1; at >= 0 && count < maxImages; at -= 1) {
        const message = messages[at];
        if (message?.role !== "user") continue;
        for (const reference of referencesOf(message).slice(0, maxImages - count)) {
          const place = { workspaceDir, homeDir, platform, ...(files === undefined ? {} : { files }) };
          const fitted = await load(reference, place);
          if (fitted === undefined || isShown(message, fitted) || chars + charsOf(fitted) > maxShownChars) continue;
          count += 1;
          chars += charsOf(fitted);
          attached.set(at, [...(attached.get(at) ?? []), blockOf(reference, fitted)]);
        }
      }
      if (attached.size === 0) return messages;
      return messages.map((message, at) => {
        const blocks = attached.get(at);
        return blocks === undefined || message.role !== "user" ? message : withBlocks(message, blocks);
      });
    },
  };
}

function blockOf(reference: string, fitted: FittedImage): UserBlock {
  return "image" in fitted ? fitted.image : { type: "text", text: omittedImage(reference, fitted.reason) };
}

/** An attachment may be named in the text as well. */
function isShown(message: UserMessage, fitted: FittedImage): boolean {
  if (!("image" in fitted) || typeof message.content === "string") return false;
  const { data }: ModelImage = fitted.image;
  return message.content.some((block) => block.type === "image" && block.data === data);
}

function withBlocks(message: UserMessage, blocks: readonly UserBlock[]): UserMessage {
  const own: UserBlock[] =
    typeof message.content === "string" ? [{ type: "text", text: message.content }] : message.content;
  return { ...message, content: [...own, ...blocks] };
}

function charsOf(fitted: FittedImage): number {
  return "image" in fitted ? fitted.image.data.length : fitted.reason.length;
}
