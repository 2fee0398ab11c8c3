import { mediaKind } from "../kinds/media-type.ts";
import type { AttachmentsConfig, Capability } from "./understanding-config.ts";

/** A file of a message: on this machine, on the web, or both. */
export interface MediaAttachment {
  path?: string | undefined;
  url?: string | undefined;
  mimeType?: string | undefined;
  fileName?: string | undefined;
}

export interface SelectedAttachment extends MediaAttachment {
  /** Place among the attachments of the message. */
  index: number;
}

/** The attachments of a kind that are to be understood, best first. `taken` holds those another capability has. */
export function selectAttachments(
  attachments: readonly MediaAttachment[],
  capability: Capability,
  config: AttachmentsConfig | undefined,
  taken: ReadonlySet<number> = new Set(),
): SelectedAttachment[] {
  const own = attachments
    .map((attachment, index) => ({ ...attachment, index }))
    .filter(({ index, mimeType, fileName, path, url }) => {
      const kind = mediaKind(mimeType, fileName ?? path ?? (url === undefined ? undefined : pathOf(url)));
      return kind === capability && !taken.has(index);
    });
  const { mode = "first", prefer = "first", maxAttachments = 1 } = config ?? {};
  return inOrder(own, prefer).slice(0, mode === "all" ? maxAttachments : 1);
}

function inOrder(list: SelectedAttachment[], prefer: NonNullable<AttachmentsConfig["prefer"]>): SelectedAttachment[] {
  switch (prefer) {
    case "first":
      return list;
    case "last":
      return list.toReversed();
    case "path":
      return [...list.filter(({ path }) => path !== undefined), ...list.filter(({ path }) => path === undefined)];
    case "url":
      return [...list.filter(({ url }) => url !== undefined), ...list.filter(({ url }) => url === undefined)];
  }
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}
