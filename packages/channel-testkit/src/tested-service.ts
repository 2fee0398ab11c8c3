import type { Channel, ChannelEntry } from "@openclaw/plugin-sdk";

/** A message a person writes at the fake service. */
export interface Written {
  /** Who writes: one of `TestedService.people`. */
  from: string;
  /** Where: a private chat with the assistant when absent. */
  group?: string;
  threadId?: string;
  text: string;
  /** Mentions the assistant by the service's own means. */
  mention?: boolean;
  /** A picture beside the text. */
  image?: { data: Uint8Array; mimeType: string; fileName: string };
}

/** What the assistant sent, as the fake service saw it. */
export interface Sent {
  /** In the form the suite gets it from `chatOf`. */
  chat: string;
  threadId?: string;
  text: string;
  replyTo?: string;
  /** Names or addresses of files. */
  files?: readonly string[];
}

/**
 * The other side of a channel: a fake of the service at its HTTP or WebSocket rim, the channel that talks to it, and the
 * configuration that makes it do so.
 */
export interface TestedService {
  channel: Channel | ChannelEntry;
  /** The section `channels.<id>` that connects the account `default`, without access rules. */
  section: Record<string, unknown>;
  env?: Record<string, string>;
  /** Ids as allowlists take them. */
  people: { owner: string; stranger: string };
  /** Groups, as configuration names them; absent for services without. */
  groups?: { main: string; other: string };
  /** How rules are written, for channels that do not use the common keys. */
  rules?: {
    direct?(rules: { policy: string; allowFrom: string[] }): Record<string, unknown>;
    /** Everybody may write in these groups. */
    groups?(groups: readonly string[], rules: { requireMention: boolean }): Record<string, unknown>;
  };
  /** Where a private answer to somebody, or an answer in a group, is seen. */
  chatOf(place: { from: string; group?: string }): string;
  /**
   * Somebody writes. Resolves with the service's id of the message once the service has it; a channel that is not
   * connected gets it when it connects, where the service keeps messages.
   */
  write(message: Written): Promise<string>;
  /** Delivers a message of before once more, where the service does such things. */
  repeat?(id: string): Promise<void>;
  /** The next message of the assistant that was not taken yet, in the order of sending. */
  nextSent(): Promise<Sent>;
  /** What was sent and not taken. */
  untaken(): readonly Sent[];
  /** Refuses the next `times` sends for now. */
  refuse?(times: number, how: { retryAfterMs?: number }): void;
  /** Cuts every connection. Resolves when they are cut; the service goes on. */
  drop?(): Promise<void>;
  /** Takes no connections from now on until `end` is called; `refused` resolves when it has refused the first. */
  outage?(): { refused: Promise<void>; end(): void };
  /** Sends the channel things that make no sense. */
  garble?(): Promise<void>;
  /** Resolves when the channel is connected (again). */
  connected(): Promise<void>;
  close(): Promise<void>;
}
