import { takeReplyTags } from "./reply-tags.ts";
import { takeSpeechTags } from "./speech-tags.ts";

/**
 * A text of the assistant as it stands in a transcript, the way its readers saw it: without the tags that say where it goes
 * and how it is spoken. What was only to be spoken is shown where nothing else is.
 */
export function shownText(raw: string): string {
  if (!raw.includes("[[")) return raw;
  const { text, speech } = takeSpeechTags(raw);
  const shown = takeReplyTags(text).text;
  if (shown === raw) return raw;
  return shown.trim() === "" ? (speech?.text ?? "") : shown.trim();
}
