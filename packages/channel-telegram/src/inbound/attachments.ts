import type { InboundAttachment, MediaKind } from "@openclaw/plugin-sdk";
import type { MessageContent } from "../update/update-schema.ts";

/** The files of a message, named by the ids under which they are fetched. */
export function attachmentsOf(message: MessageContent): InboundAttachment[] {
  const { photo = [], video, video_note, animation, audio, voice, document, sticker } = message;
  const picture = photo.reduce<(typeof photo)[number] | undefined>(
    (best, each) => (best === undefined || area(each) >= area(best) ? each : best),
    undefined,
  );
  const found: (InboundAttachment | undefined)[] = [
    picture && attachment("image", { mime_type: "image/jpeg", ...picture }),
    (video ?? video_note) && attachment("video", { mime_type: "video/mp4", ...(video ?? video_note) }),
    audio && attachment("audio", audio),
    voice && attachment("audio", { mime_type: "audio/ogg", ...voice }),
    // The API shows a moving picture twice: as what it is, and as a document.
    (animation ?? document) && attachment("document", { ...(animation ?? document) }),
    // Others cannot be looked at: vector animations and short films.
    sticker && !sticker.is_animated && !sticker.is_video
      ? attachment("sticker", { mime_type: "image/webp", ...sticker })
      : undefined,
  ];
  return found.filter((each) => each !== undefined);
}

/** What a message without text is called when it is answered. */
export function placeholderOf(message: MessageContent): string | undefined {
  const kind = message.sticker ? "sticker" : attachmentsOf(message)[0]?.kind;
  return kind === undefined ? undefined : `<media:${kind}>`;
}

interface NamedFile {
  file_id?: string | undefined;
  file_size?: number | undefined;
  file_name?: string | undefined;
  mime_type?: string | undefined;
}

function attachment(kind: MediaKind, file: NamedFile): InboundAttachment | undefined {
  if (file.file_id === undefined) return undefined;
  return {
    kind,
    ref: file.file_id,
    ...(file.mime_type === undefined ? {} : { mimeType: file.mime_type }),
    ...(file.file_name === undefined ? {} : { fileName: file.file_name }),
    ...(file.file_size === undefined ? {} : { size: file.file_size }),
  };
}

function area({ width = 0, height = 0, file_size = 0 }: { width?: number; height?: number; file_size?: number }) {
  return width * height || file_size;
}
