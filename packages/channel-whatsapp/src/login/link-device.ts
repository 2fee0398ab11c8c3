import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { ChannelError, type LoginInput, type LoginResult } from "@openclaw/plugin-sdk";
import type { WhatsAppAccount } from "../account/whatsapp-accounts.ts";
import { adoptLink } from "../auth/adopt-link.ts";
import { forgetLink } from "../auth/forget-link.ts";
import { readLinkedUser } from "../auth/linked-user.ts";
import { closeCodes, statusOf } from "../connection/disconnect.ts";
import { phoneNumber, phoneOfJid } from "../identity/jid.ts";
import type { OpenSocket } from "../socket/whatsapp-socket.ts";

/**
 * Links a device by QR or pairing code. After the scan the service closes the connection once to have it opened anew. The
 * keys of a new link lie in a folder of their own until there is one: what is given up leaves nothing, and an older link
 * stays until it is replaced.
 * @throws ChannelError `invalid_target` for a telephone number that is none
 */
export async function linkDevice(input: LoginInput<WhatsAppAccount>, open: OpenSocket): Promise<LoginResult> {
  const number = input.phoneNumber === undefined ? undefined : phoneNumber(input.phoneNumber);
  if (input.phoneNumber !== undefined && number === undefined) {
    throw new ChannelError("invalid_target", `not a telephone number: ${input.phoneNumber}`);
  }
  const { account } = input;
  if (!input.force && (await readLinkedUser(account.authDir)) !== undefined) return link(input, number, open);
  const scratch = `${account.authDir}.linking-${randomBytes(4).toString("hex")}`;
  const staged = { ...account, authDir: scratch, sharedAuthDir: false };
  try {
    const result = await link({ ...input, account: staged }, number, open);
    if (result.linked) await adoptLink(scratch, account);
    return result;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function link(
  input: LoginInput<WhatsAppAccount>,
  number: string | undefined,
  open: OpenSocket,
): Promise<LoginResult> {
  const { signal, log } = input;
  log.info("Waiting for WhatsApp connection...");
  const first = await connectOnce(input, number, open);
  if (first.kind === "linked") return { linked: true, ...first.self };
  if (first.status !== closeCodes.restart) return failure(first, input);
  log.info("WhatsApp asks for a restart after linking");
  signal.throwIfAborted();
  const second = await connectOnce(input, number, open);
  if (second.kind === "linked") return { linked: true, restarted: true, ...second.self };
  return failure(second, input);
}

type Outcome =
  | { kind: "linked"; self: { self?: string } }
  | { kind: "closed"; status: number | undefined; reason: string; shown: boolean };

async function connectOnce(
  input: LoginInput<WhatsAppAccount>,
  number: string | undefined,
  open: OpenSocket,
): Promise<Outcome> {
  const { account, log, signal } = input;
  const { socket, auth } = await open({ authDir: account.authDir, socketUrl: account.socketUrl, log, signal });
  const outcome = Promise.withResolvers<Outcome>();
  let shown = false;
  const closed = (error: unknown) => {
    const reason = error instanceof Error ? error.message : "the connection was closed";
    outcome.resolve({ kind: "closed", status: statusOf(error), reason, shown });
  };
  socket.on("connection.update", ({ connection, qr, lastDisconnect }) => {
    if (qr !== undefined) {
      if (number === undefined) input.onQr(qr);
      else if (!shown) socket.requestPairingCode(number.slice(1)).then(input.onPairingCode, closed);
      shown = true;
    }
    if (connection === "open") {
      const self = phoneOfJid(socket.user?.id) ?? socket.user?.id;
      outcome.resolve({ kind: "linked", self: self === undefined ? {} : { self } });
    }
    if (connection === "close") closed(lastDisconnect?.error);
  });
  const stop = () => closed(new Error("the login was given up"));
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await outcome.promise;
  } finally {
    signal.removeEventListener("abort", stop);
    // What belongs to the link is on disk before the next connection reads it.
    await auth.save();
    await socket.end(undefined);
    await auth.saved();
  }
}

async function failure(
  { status, reason, shown }: Extract<Outcome, { kind: "closed" }>,
  { account }: LoginInput<WhatsAppAccount>,
): Promise<LoginResult> {
  if (status === closeCodes.loggedOut) {
    await forgetLink(account);
    return { linked: false, reason: "logged_out", message: "Session logged out; cache cleared. Re-run login." };
  }
  // The service shows a handful of codes, then it is over.
  if (status === closeCodes.timedOut && shown) return { linked: false, reason: "expired", message: reason };
  return { linked: false, reason: "failed", message: status === undefined ? reason : `status=${status} ${reason}` };
}
