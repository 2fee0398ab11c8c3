import type { AccountInput } from "./channel-accounts.ts";
import type { ChannelLog } from "./channel-log.ts";

/** What a login is given. */
export interface LoginInput<Account> extends AccountInput {
  account: Account;
  /** Link anew although there is a link. */
  force: boolean;
  /** Link by a pairing code to this number instead of a QR. */
  phoneNumber?: string | undefined;
  log: ChannelLog;
  /** Aborted when nobody waits for it any more. */
  signal: AbortSignal;
  /** The content of the QR to show; called again when it changes. */
  onQr(content: string): void;
  /** The code to type on the telephone. */
  onPairingCode(code: string): void;
}

export type LoginResult =
  | {
      linked: true;
      self?: string /** The socket had to be restarted once, which is normal after a scan. */;
      restarted?: boolean;
    }
  | { linked: false; reason: "logged_out" | "expired" | "failed"; message: string };

/** Linking by a picture that the channel makes, and watches, by itself. */
export interface ChannelQrLogin {
  /** `timeoutMs`: how long the picture may take. */
  start(asked: {
    accountId: string;
    force: boolean;
    timeoutMs?: number | undefined;
  }): Promise<{ message: string; qrDataUrl?: string | undefined }>;
  /** Resolves when it was scanned, or `timeoutMs` are over. */
  wait(asked: { accountId: string; timeoutMs?: number | undefined }): Promise<{ connected: boolean; message: string }>;
}

/** Linking an account to a user's device. */
export interface ChannelLogin<Account> {
  /** Who is linked now; undefined for nobody. */
  linkedAs(account: Account): Promise<string | undefined>;
  /** Links. Resolves when it is linked or cannot be. @throws what prevented even the attempt */
  login(input: LoginInput<Account>): Promise<LoginResult>;
  /** Forgets the link. The account was stopped before. */
  logout(
    input: AccountInput & { account: Account; log: ChannelLog },
  ): Promise<{ cleared: boolean; loggedOut: boolean }>;
}
