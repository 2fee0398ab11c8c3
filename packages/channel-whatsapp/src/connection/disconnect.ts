import { ChannelError } from "@openclaw/plugin-sdk";

/** Numbers the service closes connections with, as the library tells them. */
export const closeCodes = { loggedOut: 401, timedOut: 408, watchdog: 499, restart: 515 } as const;

/** A connection that has ended, with the number it was closed with where there was one. */
export class Disconnected extends Error {
  override name = "Disconnected";
  readonly status: number | undefined;

  constructor(status: number | undefined, reason: string) {
    super(status === undefined ? reason : `${reason} (status ${status})`);
    this.status = status;
  }
}

/** No more attempts are made: somebody has to look at it. */
export class ReconnectGivenUp extends Error {
  override name = "ReconnectGivenUp";
  readonly permanent = true;
}

/** The number a connection was closed with. The library puts it into `output.statusCode` of its errors. */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof Disconnected) return error.status;
  if (error instanceof ChannelError) return statusOf(error.cause);
  if (typeof error !== "object" || error === null || !("output" in error)) return undefined;
  const { output } = error;
  if (typeof output !== "object" || output === null || !("statusCode" in output)) return undefined;
  return typeof output.statusCode === "number" ? output.statusCode : undefined;
}

/** What the end of a connection means for the account. */
export function endOf(error: unknown, accountId: string): Error {
  const status = statusOf(error);
  if (status === closeCodes.loggedOut) {
    return new ChannelError(
      "logged_out",
      `Not linked: WhatsApp has logged this device out. Link it again with: openclaw channels login --channel whatsapp --account ${accountId}`,
      { cause: error },
    );
  }
  const reason = error instanceof Error ? error.message : "the connection was closed";
  return error instanceof Disconnected ? error : new Disconnected(status, reason);
}
