import { type Channel, type Tool, textResult } from "@openclaw/plugin-sdk";
import type { QrLogins } from "../channels/qr-logins.ts";

const parameters = {
  type: "object",
  properties: {
    action: { type: "string", enum: ["start", "wait"] },
    timeoutMs: { type: "number", description: "How long to wait" },
    force: { type: "boolean", description: "start: link anew although there is a link" },
  },
  required: ["action"],
};

/** Lets the owner link a channel's device from a chat: the picture is shown there. Others do not get this tool. */
export function createLoginTool(
  channel: Channel,
  options: { logins: Pick<QrLogins, "start" | "wait">; isOwner: () => boolean },
): Tool {
  const { id, label } = channel.meta;
  return {
    name: `${id}_login`,
    description: `Link ${label} by QR: start shows the picture, wait tells whether it was scanned`,
    parameters,
    async execute({ action, timeoutMs, force }) {
      if (!options.isOwner()) throw new Error("Tool restricted to owner senders.");
      const limit = typeof timeoutMs === "number" ? { timeoutMs } : {};
      if (action === "wait") return textResult((await options.logins.wait(channel, limit)).message);
      const { message, qrDataUrl } = await options.logins.start(channel, { ...limit, force: force === true });
      return textResult(qrDataUrl === undefined ? message : `${message}\n\n![QR of ${label}](${qrDataUrl})`);
    },
  };
}
