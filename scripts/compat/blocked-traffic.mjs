import fs from "node:fs";

/**
 * Keeps a program on this machine: `nodeOptions` goes into its NODE_OPTIONS, `targets()` lists the hosts outside it
 * tried to reach.
 * @param {string} log where the attempts are noted
 */
export function blockedTraffic(log) {
  const guard = new URL("./loopback-only.mjs", import.meta.url);
  guard.searchParams.set("log", log);
  return {
    nodeOptions: `--import=${guard.href}`,
    /** @returns {string[]} each host once */
    targets() {
      if (!fs.existsSync(log)) return [];
      const lines = fs.readFileSync(log, "utf8").trim().split("\n");
      return [...new Set(lines.map((line) => line.split(" ")[0]))];
    },
  };
}
