import { pause } from "@openclaw/plugin-sdk";
import type { WAVersion } from "baileys";
import { openAuthFiles } from "../auth/auth-state.ts";
import { phoneOfJid } from "../identity/jid.ts";
import { hideSessionKeys } from "./hide-session-keys.ts";
import { libraryLog } from "./library-log.ts";
import type { OpenSocket } from "./whatsapp-socket.ts";

/** How long the version of the protocol is asked for, ms; after that the library's own counts. */
const VERSION_MS = 5000;
/** How long an answer counts, ms. */
const VERSION_FRESH_MS = 24 * 3600_000;

/** Opens connections with the library, which is loaded at the first one. */
export function createOpenSocket(now: () => number): OpenSocket {
  let known: { version: WAVersion; at: number } | undefined;

  return async ({ authDir, socketUrl, log, signal }) => {
    await hideSessionKeys();
    const library = await import("baileys");
    const { default: makeSocket, makeCacheableSignalKeyStore, fetchLatestBaileysVersion, proto } = library;
    const auth = await openAuthFiles(
      authDir,
      {
        initAuthCreds: library.initAuthCreds,
        BufferJSON: library.BufferJSON,
        readSyncKey: (value) =>
          proto.Message.AppStateSyncKeyData.fromObject(typeof value === "object" && value !== null ? value : {}),
      },
      log,
    );
    const logger = libraryLog(log);
    const latest = async (): Promise<WAVersion | undefined> => {
      if (socketUrl !== undefined) return undefined;
      if (known !== undefined && now() - known.at < VERSION_FRESH_MS) return known.version;
      const limit = new AbortController();
      void pause(VERSION_MS, AbortSignal.any([signal, limit.signal])).then(() => limit.abort());
      try {
        const { version, isLatest } = await fetchLatestBaileysVersion({ signal: limit.signal });
        if (!isLatest) return undefined;
        known = { version, at: now() };
        return version;
      } finally {
        limit.abort();
      }
    };
    const version = await latest();
    signal.throwIfAborted();
    const socket = makeSocket({
      auth: { creds: auth.state.creds, keys: makeCacheableSignalKeyStore(auth.state.keys, logger) },
      ...(version === undefined ? {} : { version }),
      ...(socketUrl === undefined ? {} : { waWebSocketUrl: socketUrl }),
      logger,
      browser: ["openclaw", "cli", "1.0.0"],
      syncFullHistory: false,
      markOnlineOnConnect: false,
    });
    socket.ev.on("creds.update", () => {
      auth.save().catch((error: unknown) => log.error("credentials could not be saved", { error: String(error) }));
    });
    return {
      auth,
      socket: {
        get user() {
          return socket.user;
        },
        on: (event, listener) => socket.ev.on(event, listener),
        sendMessage: (jid, content) => socket.sendMessage(jid, content),
        sendPresenceUpdate: (type, jid) => socket.sendPresenceUpdate(type, jid),
        readMessages: (keys) => socket.readMessages(keys),
        groupMetadata: (jid) => socket.groupMetadata(jid),
        groupFetchAllParticipating: () => socket.groupFetchAllParticipating(),
        requestPairingCode: (phone) => socket.requestPairingCode(phone),
        download: (message) =>
          library.downloadMediaMessage(message, "stream", {}, { logger, reuploadRequest: socket.updateMediaMessage }),
        phoneOfLid: async (lid) => phoneOfJid(await socket.signalRepository.lidMapping.getPNForLID(lid)),
        end: (error) => socket.end(error),
      },
    };
  };
}
