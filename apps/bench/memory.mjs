import { execFileSync } from "node:child_process";

/** Resident memory of a process and all its children, in MB. */
export function treeRssMb(root) {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid=,rss="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((row) => row.trim().split(/\s+/).map(Number));
  const inside = new Set([root]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const [pid, ppid] of rows) {
      if (!inside.has(ppid) || inside.has(pid)) continue;
      inside.add(pid);
      grew = true;
    }
  }
  return rows.filter(([pid]) => inside.has(pid)).reduce((sum, [, , rss]) => sum + rss, 0) / 1024;
}
