import { ChannelError, type ChannelErrorCode } from "@openclaw/plugin-sdk";
import { z } from "zod";

/** Discord's own numbers for what it refuses. https://discord.com/developers/docs/topics/opcodes-and-status-codes */
export const discordCodes = {
  unknownChannel: 10_003,
  unknownMessage: 10_008,
  unknownWebhook: 10_015,
  requestTooLarge: 40_005,
  interactionAnswered: 40_060,
  cannotMessageUser: 50_007,
  missingAccess: 50_001,
  missingPermissions: 50_013,
  invalidWebhookToken: 50_027,
} as const;

/** An error of the REST interface, with what Discord called it. */
export class DiscordRefusal extends ChannelError {
  /** Discord's number; undefined when it gave none. */
  readonly discordCode: number | undefined;
  /** HTTP status. */
  readonly status: number;

  constructor(code: ChannelErrorCode, message: string, refusal: { status: number; discordCode: number | undefined }) {
    super(code, message);
    this.discordCode = refusal.discordCode;
    this.status = refusal.status;
  }
}

const refusal = z.object({
  status: z.number(),
  message: z.string(),
  code: z.union([z.number(), z.string()]).optional(),
});

/**
 * What an error means for the host. The library's errors carry addresses with interaction tokens and whole bodies, so only
 * their words go on.
 */
export function toChannelError(error: unknown): ChannelError {
  if (error instanceof ChannelError) return error;
  const found = refusal.safeParse(error);
  if (!found.success) {
    const text = error instanceof Error ? error.message : String(error);
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
    return new ChannelError("unavailable", `Discord cannot be reached: ${text}${cause}`);
  }
  const { status, message } = found.data;
  const discordCode = Number.isInteger(Number(found.data.code)) ? Number(found.data.code) : undefined;
  return new DiscordRefusal(codeOf(status, discordCode), textOf(status, discordCode, message), { status, discordCode });
}

function codeOf(status: number, discordCode: number | undefined): ChannelErrorCode {
  if (status === 401) return "invalid_credentials";
  if (status === 413 || discordCode === discordCodes.requestTooLarge) return "media_too_large";
  if (status === 429) return "rate_limited";
  return status >= 500 ? "unavailable" : "refused";
}

function textOf(status: number, discordCode: number | undefined, message: string): string {
  if (status === 401) return "Discord does not accept the bot token: it was reset or is wrong";
  if (discordCode === discordCodes.cannotMessageUser) {
    return "discord dm failed: user blocks dms or privacy settings disallow it";
  }
  const number = discordCode === undefined || discordCode === 0 ? `HTTP ${status}` : `${discordCode}`;
  return `Discord refused: ${message.replace(/\s+/g, " ").trim()} (${number})`;
}
