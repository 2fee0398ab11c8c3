import type { ChannelLog } from "@openclaw/plugin-sdk";
import type {
  AnyMessageContent,
  AuthenticationCreds,
  ConnectionState,
  GroupMetadata,
  WAMessage,
  WAMessageKey,
} from "baileys";
import type { AuthFiles } from "../auth/auth-state.ts";

/** What a connection tells. */
export interface SocketEvents {
  "connection.update": Partial<ConnectionState>;
  "creds.update": Partial<AuthenticationCreds>;
  "messages.upsert": { messages: WAMessage[]; type: "notify" | "append" };
  "groups.update": { id?: string }[];
  "group-participants.update": { id: string };
}

/** A connection as a linked device: what the channel uses of the library's socket, with the same names and shapes. */
export interface WhatsAppSocket {
  readonly user: { id: string; lid?: string; name?: string } | undefined;
  on<Event extends keyof SocketEvents>(event: Event, listener: (data: SocketEvents[Event]) => void): void;
  sendMessage(jid: string, content: AnyMessageContent): Promise<WAMessage | undefined>;
  sendPresenceUpdate(type: "available" | "composing" | "paused", jid?: string): Promise<void>;
  readMessages(keys: WAMessageKey[]): Promise<void>;
  groupMetadata(jid: string): Promise<Pick<GroupMetadata, "id" | "subject" | "participants">>;
  groupFetchAllParticipating(): Promise<Record<string, Pick<GroupMetadata, "id" | "subject" | "participants">>>;
  requestPairingCode(phoneNumber: string): Promise<string>;
  /** The bytes of a file; one that has expired is asked for again. */
  download(message: WAMessage): Promise<AsyncIterable<Uint8Array>>;
  /** The number behind an address that hides it; undefined while it is not known. */
  phoneOfLid(lid: string): Promise<string | undefined>;
  end(error?: Error): Promise<void> | void;
}

export interface SocketOptions {
  /** Keys and credentials; opened by whoever opens the connection. */
  authDir: string;
  /** Another server than the service's own. */
  socketUrl: string | undefined;
  log: ChannelLog;
  signal: AbortSignal;
}

/** Opens a connection; it tells by `connection.update` when it is open. */
export type OpenSocket = (
  options: SocketOptions,
) => Promise<{ socket: WhatsAppSocket; auth: Pick<AuthFiles, "save" | "saved"> }>;
