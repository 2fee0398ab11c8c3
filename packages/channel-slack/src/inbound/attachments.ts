import type { InboundAttachment, MediaKind } from "@openclaw/plugin-sdk";
import type { WireFile } from "./wire.ts";

/** The files of a message that Slack has and gives out. */
export function attachmentsOf(files: readonly WireFile[] | null | undefined): InboundAttachment[] {
  return (files ?? []).flatMap((file) => {
    const address = file.url_private_download || file.url_private;
    // `tombstone` was deleted, `hidden_by_limit` is beyond what the workspace pays for.
    if (!address || file.mode === "tombstone" || file.mode === "hidden_by_limit") return [];
    const mimeType = file.mimetype || undefined;
    return [
      {
        kind: kindOf(mimeType),
        ref: address,
        ...(mimeType === undefined ? {} : { mimeType }),
        ...(file.name ? { fileName: file.name } : {}),
        ...(file.size ? { size: file.size } : {}),
      },
    ];
  });
}

function kindOf(mimeType: string | undefined): MediaKind {
  const [family] = (mimeType ?? "").split("/");
  return family === "image" || family === "video" || family === "audio" ? family : "document";
}
