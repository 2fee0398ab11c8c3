import { ChannelError } from "@openclaw/plugin-sdk";
import type { DiscordAccount } from "../account/discord-account.ts";
import type { DiscordApi } from "../connection/discord-api.ts";

/** An answer of Discord that is not what was asked for. */
export class StatusError extends ChannelError {
  readonly status: number;

  constructor(status: number, message: string) {
    super(status === 401 ? "invalid_credentials" : "refused", message);
    this.status = status;
  }
}

/** Asks Discord without the library, for checks of accounts that do not run. */
export function plainApi(
  account: Pick<DiscordAccount, "apiUrl" | "token">,
  signal: AbortSignal,
): Pick<DiscordApi, "get"> {
  return {
    async get(shape, route) {
      const response = await fetch(`${account.apiUrl}/v10${route}`, {
        headers: { authorization: `Bot ${account.token}` },
        signal,
      });
      if (response.ok) return shape.parse(await response.json());
      const text =
        response.status === 401 ? "Discord does not accept the bot token" : `Discord answered HTTP ${response.status}`;
      throw new StatusError(response.status, text);
    },
  };
}
