import type { LiveConnection } from "@openclaw/plugin-sdk";
import type { OpenSocket, SocketOptions, WhatsAppSocket } from "../socket/whatsapp-socket.ts";
import { closeCodes, Disconnected, endOf } from "./disconnect.ts";

/** A connection that is open. */
export interface Connection extends LiveConnection {
  socket: WhatsAppSocket;
  /** Ends it from here, as if the service had closed it with this status. */
  drop(reason: string): void;
  /** Ends it; resolves when everything of it is on disk. */
  end(): Promise<void>;
}

/**
 * Opens a connection of a linked device.
 * @throws ChannelError `logged_out` when the service does not know the device any more; Disconnected for everything else
 */
export async function openConnection(options: {
  open: OpenSocket;
  socket: SocketOptions;
  accountId: string;
  /** Told of the socket before it is open: messages may come at once. */
  prepare(socket: WhatsAppSocket): void;
}): Promise<Connection> {
  const { accountId } = options;
  const { signal } = options.socket;
  const { socket, auth } = await options.open(options.socket);
  const opened = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  opened.promise.catch(() => {}); // told by the race below
  closed.promise.catch(() => {}); // told by whoever waits for the end
  const finish = (error: unknown) => {
    const end = endOf(error, accountId);
    opened.reject(end);
    closed.reject(end);
  };
  socket.on("connection.update", ({ connection, lastDisconnect, qr }) => {
    if (qr !== undefined) finish(new Disconnected(closeCodes.loggedOut, "the device is not linked"));
    if (connection === "open") opened.resolve();
    if (connection === "close") finish(lastDisconnect?.error);
  });
  options.prepare(socket);
  const end = async () => {
    finish(new Disconnected(undefined, "the account was stopped"));
    await socket.end(undefined);
    await auth.saved();
  };
  const stop = () => void end().catch(() => {}); // the promise below was rejected by then
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    await opened.promise;
  } catch (error) {
    await socket.end(undefined);
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
  return {
    socket,
    closed: closed.promise,
    drop(reason) {
      finish(new Disconnected(closeCodes.watchdog, reason));
      void Promise.resolve(socket.end(new Error(reason))).catch(() => {}); // it is over either way
    },
    end,
  };
}
