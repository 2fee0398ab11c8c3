import type { UpdateResult } from "@openclaw/setup/update";

/** Why nothing was changed, where the reason alone would not tell. */
const reasons: Readonly<Record<string, string>> = {
  "no-update-source": "No update source is configured for this installation; nothing was asked or changed.",
  dirty: "Skipped: working directory has uncommitted changes. Commit or stash them first.",
  "no-upstream": "Skipped: the branch has no upstream. Set one: git branch --set-upstream-to origin/main",
  "not-git-install": "Skipped: it is not known how this program was installed. Update it the way you installed it.",
  "unknown-target": "The registry knows no such version.",
  "foreign-package": "The registry has another program under this name; it was not installed.",
};

/** What an update came to, for people. */
export function resultLines({ status, reason, before, after, steps }: UpdateResult): string[] {
  if (status === "ok") {
    const name = (state: UpdateResult["before"]) => state?.version ?? state?.sha?.slice(0, 8) ?? "unknown";
    return name(before) === name(after)
      ? [`Up to date (${name(after)}).`]
      : [`Updated ${name(before)} → ${name(after)}.`];
  }
  const failed = steps.findLast(({ exitCode }) => exitCode !== 0);
  const said = status === "error" ? (failed?.stderrTail ?? failed?.stdoutTail ?? "") : "";
  const head = reasons[reason ?? ""] ?? `Update ${status === "error" ? "failed" : "skipped"}: ${reason}`;
  return [
    head,
    ...said
      .split("\n")
      .filter(Boolean)
      .slice(-10)
      .map((line) => `  ${line}`),
  ];
}
