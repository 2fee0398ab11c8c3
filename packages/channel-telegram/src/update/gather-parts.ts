import type { TelegramMessage } from "./update-schema.ts";

/** Telegram cuts pasted texts at 4,096 characters; this long, a text may be the first part of one. */
const LONG_TEXT = 4000;
const LONG_TEXT_WAIT_MS = 1500;
const LONG_TEXT_PARTS = 12;
const LONG_TEXT_CHARS = 50_000;
/** A line that begins with a slash and is longer is more likely the rest of a text. */
const COMMAND_CHARS = 200;
const ALBUM_WAIT_MS = 500;
/** More than the ten an album can have; a group that goes on longer is not one. */
const ALBUM_PARTS = 20;

/** A part, and the update it came in. */
export interface Part {
  updateId: number;
  message: TelegramMessage;
}

export type Parts = readonly [Part, ...Part[]];

/** What becomes of a message. */
export interface Gathered {
  /** What is complete now, in order; it comes before the message itself. */
  complete: Parts[];
  /** The message waits for more of it; otherwise it is the last of `complete`. */
  waits: boolean;
}

interface Group {
  kind: "album" | "text";
  id: string;
  parts: [Part, ...Part[]];
  cancel(): void;
}

/** Puts together what belongs together: the files of an album, the parts of a long text. */
export interface Gatherer {
  add(part: Part): Gathered;
  /** Ends the waiting without completing anything. */
  stop(): void;
}

/**
 * @param after runs something after some ms; returns how to cancel it
 * @param onComplete told of a group whose time is over
 */
export function createGatherer(
  after: (ms: number, run: () => void) => () => void,
  onComplete: (parts: Parts) => void,
): Gatherer {
  const groups = new Map<string, Group>();

  const wait = (key: string, group: Omit<Group, "cancel">) => {
    const ms = group.kind === "album" ? ALBUM_WAIT_MS : LONG_TEXT_WAIT_MS;
    const cancel = after(ms, () => {
      groups.delete(key);
      onComplete(group.parts);
    });
    groups.set(key, { ...group, cancel });
  };

  return {
    add(part) {
      const key = writerKey(part.message);
      const open = groups.get(key);
      open?.cancel();
      groups.delete(key);
      const begun = groupOf(part.message);
      if (open !== undefined && begun?.kind !== "album" && continues(open, part)) {
        open.parts.push(part);
        wait(key, open);
        return { complete: [], waits: true };
      }
      if (open !== undefined && begun?.kind === "album" && open.id === begun.id && open.parts.length < ALBUM_PARTS) {
        open.parts.push(part);
        wait(key, open);
        return { complete: [], waits: true };
      }
      const complete: Parts[] = open === undefined ? [] : [open.parts];
      if (begun === undefined) return { complete: [...complete, [part]], waits: false };
      wait(key, { ...begun, parts: [part] });
      return { complete, waits: true };
    },
    stop() {
      for (const { cancel } of groups.values()) cancel();
      groups.clear();
    },
  };
}

function groupOf(message: TelegramMessage): Pick<Group, "kind" | "id"> | undefined {
  if (message.media_group_id !== undefined) return { kind: "album", id: message.media_group_id };
  if ((message.text?.length ?? 0) >= LONG_TEXT) return { kind: "text", id: String(message.message_id) };
  return undefined;
}

function continues(group: Group, { message }: Part): boolean {
  if (group.kind !== "text" || message.text === undefined || isCommand(message.text)) return false;
  const last = group.parts.at(-1)?.message;
  const length = group.parts.reduce((sum, { message: { text = "" } }) => sum + text.length, message.text.length);
  return (
    last !== undefined &&
    message.message_id === last.message_id + 1 &&
    group.parts.length < LONG_TEXT_PARTS &&
    length <= LONG_TEXT_CHARS
  );
}

/** Somebody who stops the assistant must not wait, nor be quoted to it. */
function isCommand(text: string): boolean {
  return text.length <= COMMAND_CHARS && /^\/[a-z0-9_]+(@\w+)?(\s|$)/i.test(text);
}

function writerKey({ chat, message_thread_id: thread = 0, from }: TelegramMessage): string {
  return `${chat.id}:${thread}:${from?.id ?? 0}`;
}
