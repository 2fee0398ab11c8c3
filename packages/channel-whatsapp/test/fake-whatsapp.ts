import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { AnyMessageContent, ConnectionState, GroupMetadata, WAMessage, WAMessageKey } from "baileys";
import type { OpenSocket, SocketEvents, WhatsAppSocket } from "../src/index.ts";

export const selfNumber = "15550000000";
export const selfJid = `${selfNumber}@s.whatsapp.net`;

/** An error as the library ends connections with. */
export function closedWith(statusCode: number, message = "closed"): Error {
  return Object.assign(new Error(message), { output: { statusCode } });
}

/** Credentials as far as anybody looks into them without the library. */
export function writeCreds(dir: string, me = `${selfNumber}:1@s.whatsapp.net`): string {
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(
    path.join(dir, "creds.json"),
    JSON.stringify({ me: { id: me }, noiseKey: {}, signedIdentityKey: {} }),
  );
  return dir;
}

export interface Call {
  name: "sendMessage" | "presence" | "read" | "group" | "pairingCode";
  jid?: string | undefined;
  content?: AnyMessageContent;
  keys?: WAMessageKey[];
  what?: string;
}

interface Opened {
  socket: WhatsAppSocket;
  authDir: string;
  update(state: Partial<ConnectionState>): void;
  emit<Event extends keyof SocketEvents>(event: Event, data: SocketEvents[Event]): void;
  /** Somebody listens, and it was not closed. */
  live: boolean;
  ended: boolean;
}

export type Fake = ReturnType<typeof createFakeWhatsApp>;

/** The service behind sockets of the library's shape: it does what it is told, and remembers what it was asked. */
export function createFakeWhatsApp(
  options: {
    /** Opens every connection at once (default); otherwise the test says what becomes of each. */
    opens?: boolean;
    groups?: Record<string, Pick<GroupMetadata, "id" | "subject" | "participants">>;
    lids?: Record<string, string>;
    user?: { id: string; lid?: string };
  } = {},
) {
  const calls: Call[] = [];
  const sockets: Opened[] = [];
  const looks = new Set<() => void>();
  const failures: Error[] = [];
  const files = new Map<string, Uint8Array>();
  let messageCount = 0;
  let steps: Promise<void> = Promise.resolve();
  let down: Error | undefined;
  const look = () => {
    for (const each of [...looks]) each();
  };
  const until = <T>(check: () => T | undefined | false): Promise<T> =>
    new Promise((resolve) => {
      const each = () => {
        const found = check();
        if (found === undefined || found === false) return;
        looks.delete(each);
        resolve(found);
      };
      looks.add(each);
      each();
    });
  const called = (call: Call) => {
    calls.push(call);
    look();
  };

  const open: OpenSocket = async ({ authDir }) => {
    if (down !== undefined) throw down;
    const listeners = new Map<string, ((data: never) => void)[]>();
    const emit: Opened["emit"] = (event, data) => {
      for (const listener of listeners.get(event) ?? []) Reflect.apply(listener, undefined, [data]);
    };
    const opened: Opened = {
      authDir,
      live: false,
      ended: false,
      emit,
      update(state) {
        emit("connection.update", state);
        if (state.connection === "open") opened.live = true;
        if (state.connection === "close") opened.live = false;
        look();
      },
      socket: {
        user: options.user ?? { id: `${selfNumber}:1@s.whatsapp.net` },
        on(event, listener) {
          listeners.set(event, [...(listeners.get(event) ?? []), listener]);
        },
        async sendMessage(jid, content) {
          const failure = failures.shift();
          if (failure !== undefined) throw failure;
          messageCount += 1;
          called({ name: "sendMessage", jid, content });
          return { key: { remoteJid: jid, id: `OUT${messageCount}`, fromMe: true } };
        },
        async sendPresenceUpdate(what, jid) {
          called({ name: "presence", what, jid });
        },
        async readMessages(keys) {
          called({ name: "read", keys });
        },
        async groupMetadata(jid) {
          called({ name: "group", jid });
          const group = options.groups?.[jid];
          if (group === undefined) throw new Error("not-authorized");
          return group;
        },
        groupFetchAllParticipating: async () => options.groups ?? {},
        async requestPairingCode(what) {
          called({ name: "pairingCode", what });
          return "ABCD1234";
        },
        async download(message) {
          const data = files.get(message.key.id ?? "");
          if (data === undefined) throw new Error("the file has expired");
          return chunks(data);
        },
        phoneOfLid: async (lid) => options.lids?.[lid],
        async end() {
          opened.ended = true;
          opened.live = false;
          look();
        },
      },
    };
    sockets.push(opened);
    look();
    if (options.opens !== false) setImmediate(() => opened.update({ connection: "open" }));
    return { socket: opened.socket, auth: { save: async () => {}, saved: async () => {} } };
  };

  const current = (): Opened => {
    const last = sockets.at(-1);
    if (last === undefined) throw new Error("no connection was opened");
    return last;
  };
  const write = (message: WAMessage, type: "notify" | "append" = "notify") =>
    current().emit("messages.upsert", { messages: [message], type });

  return {
    open,
    calls,
    sockets,
    files,
    until,
    current,
    write,
    sends: () => calls.filter(({ name }) => name === "sendMessage"),
    /** The connection with this number, once it was opened. */
    connection: (count: number) => until(() => sockets[count - 1]),
    close: (status: number, message?: string) =>
      current().update({
        connection: "close",
        lastDisconnect: { error: closedWith(status, message), date: new Date() },
      }),
    /** After what was begun before has gone on, one after the other. */
    later(run: () => void) {
      steps = steps.then(() => new Promise((resolve) => setImmediate(resolve))).then(run);
    },
    /** The next sends fail. */
    fail: (...errors: Error[]) => void failures.push(...errors),
    /** No connection can be opened. */
    goDown: (error: Error | undefined) => {
      down = error;
    },
  };
}

async function* chunks(data: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < data.length; at += 1024) yield data.subarray(at, at + 1024);
}

let ids = 0;

/** A message from somebody, as the library hands it over. */
export function message(
  text: string,
  more: {
    from?: string;
    jid?: string;
    group?: string;
    fromMe?: boolean;
    id?: string;
    at?: number;
    name?: string;
    message?: WAMessage["message"];
  } = {},
): WAMessage {
  const sender = more.jid ?? `${more.from ?? "15551234567"}@s.whatsapp.net`;
  ids += 1;
  return {
    key: {
      id: more.id ?? `IN${ids}`,
      fromMe: more.fromMe ?? false,
      remoteJid: more.group ?? sender,
      ...(more.group === undefined ? {} : { participant: sender }),
    },
    message: more.message ?? { conversation: text },
    messageTimestamp: Math.floor((more.at ?? Date.now()) / 1000),
    pushName: more.name ?? "Ada",
  };
}

export function tempDir(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-whatsapp-"));
}
