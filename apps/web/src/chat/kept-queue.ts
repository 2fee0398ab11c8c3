import type { Outgoing } from "./chat-state.ts";
import { isObject } from "./message-content.ts";
import type { ChatImage } from "./turn.ts";

/** Writes messages that wait so that {@link readQueue} finds them after a reload; empty when none wait. */
export function writeQueue(queue: readonly Outgoing[]): string {
  return queue.length === 0 ? "" : JSON.stringify(queue);
}

/** Reads what {@link writeQueue} wrote; anything else counts as an empty queue. */
export function readQueue(text: string): Outgoing[] {
  if (text === "") return [];
  try {
    const kept: unknown = JSON.parse(text);
    return Array.isArray(kept) ? kept.flatMap(readMessage) : [];
  } catch {
    return []; // not ours: the storage belongs to every page of this origin
  }
}

function readMessage(kept: unknown): Outgoing[] {
  if (!isObject(kept) || typeof kept.runId !== "string" || typeof kept.text !== "string") return [];
  const images = Array.isArray(kept.images) ? kept.images.flatMap(readImage) : [];
  return [{ runId: kept.runId, text: kept.text, images }];
}

function readImage(kept: unknown): ChatImage[] {
  if (!isObject(kept) || typeof kept.mimeType !== "string" || typeof kept.url !== "string") return [];
  return [{ mimeType: kept.mimeType, url: kept.url }];
}
