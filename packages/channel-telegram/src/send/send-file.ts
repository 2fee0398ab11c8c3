import type { Api } from "grammy";
import type { InlineKeyboardMarkup, Message } from "grammy/types";
import { isRefusal } from "../api/api-error.ts";
import type { OutgoingKind } from "./media-kind.ts";
import type { OutgoingFile } from "./outgoing-file.ts";
import type { PlaceFields } from "./with-fallbacks.ts";

/** What every method that uploads takes beside the file. */
export interface FileFields extends PlaceFields {
  caption?: string;
  parse_mode?: "HTML";
  disable_notification?: boolean;
  reply_markup?: InlineKeyboardMarkup;
}

/** Uploads a file. A picture the service does not take as one is sent as a document. */
export async function sendFile(api: Api, kind: OutgoingKind, file: OutgoingFile, fields: FileFields): Promise<Message> {
  const { InputFile } = await import("grammy");
  const upload = () => new InputFile(file.source, file.fileName);
  switch (kind) {
    case "animation":
      return api.raw.sendAnimation({ ...fields, animation: upload() });
    case "photo":
      try {
        return await api.raw.sendPhoto({ ...fields, photo: upload() });
      } catch (error) {
        if (!isRefusal(error, /PHOTO_|IMAGE_PROCESS_FAILED|too big for a photo/i)) throw error;
        return api.raw.sendDocument({ ...fields, document: upload() });
      }
    case "video":
      return api.raw.sendVideo({ ...fields, video: upload() });
    case "audio":
      return api.raw.sendAudio({ ...fields, audio: upload() });
    case "voice":
      return api.raw.sendVoice({ ...fields, voice: upload() });
    case "document":
      return api.raw.sendDocument({ ...fields, document: upload() });
    default:
      return kind satisfies never;
  }
}
