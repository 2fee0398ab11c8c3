import type { ChatPlace, InboundMessage } from "@openclaw/plugin-sdk";

/** Files whose message is remembered; of older ones nobody is told any more. */
const MOST = 500;

/** The message a file came with. */
export interface FileOrigin extends ChatPlace {
  messageId: string;
}

/** Where files came from, for telling people about those that cannot be taken. */
export interface FileOrigins {
  note(message: InboundMessage): void;
  /** The origin of a file, once. */
  take(ref: string): FileOrigin | undefined;
}

export function createFileOrigins(): FileOrigins {
  const origins = new Map<string, FileOrigin>();
  return {
    note({ id, chat, attachments = [] }) {
      for (const { ref } of attachments) {
        if (ref === undefined) continue;
        origins.set(ref, {
          to: chat.id,
          messageId: id,
          ...(chat.threadId === undefined ? {} : { threadId: chat.threadId }),
        });
      }
      for (const oldest of origins.keys()) {
        if (origins.size <= MOST) break;
        origins.delete(oldest);
      }
    },
    take(ref) {
      const origin = origins.get(ref);
      origins.delete(ref);
      return origin;
    },
  };
}
