import type { Channels } from "./channels.ts";

/** The configured channels in a line each: whether somebody can be reached there. */
export function channelSummary(channels: Pick<Channels, "metas" | "isConfigured" | "rows">): string[] {
  return channels
    .metas()
    .filter(({ id }) => channels.isConfigured(id))
    .map(({ id, label }) => {
      const rows = [...channels.rows(id).values()];
      const running = rows.filter((row) => row.running).length;
      if (running === 0) return `${label}: not connected`;
      return rows.length === running
        ? `${label}: connected`
        : `${label}: ${running} of ${rows.length} accounts connected`;
    });
}
