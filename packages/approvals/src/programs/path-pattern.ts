import { type ExecutablePlace, expandHome, withRealFolder } from "./find-executable.ts";

/**
 * Whether an allowlist pattern names a program. `**` stands for any characters, `*` for any but `/`, `?` for one; all
 * other characters are literal, case does not matter, `~` is the home folder. Patterns without a path separator name
 * nothing. Folders that are the same through links (`/bin` and `/usr/bin`) count as the same.
 */
export function matchesPattern(pattern: string, path: string, place: ExecutablePlace): boolean {
  const expanded = expandHome(pattern, place.env);
  if (!/[/\\]/.test(expanded)) return false;
  if (expression(expanded).test(slashes(path))) return true;
  return expression(withRealPrefix(expanded)).test(slashes(withRealFolder(path)));
}

/** The folder before the first wildcard with its links followed. */
function withRealPrefix(pattern: string): string {
  const wildcard = pattern.search(/[*?]/);
  if (wildcard < 0) return withRealFolder(pattern);
  const slash = pattern.lastIndexOf("/", wildcard);
  // The placeholder name keeps the folder whole; only links in the folder are followed.
  return slash <= 0 ? pattern : withRealFolder(`${pattern.slice(0, slash)}/-`).slice(0, -1) + pattern.slice(slash + 1);
}

function expression(pattern: string): RegExp {
  const body = slashes(pattern).replace(/\*\*|[*?]|[^*?]+/g, (part) => {
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    return part.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  });
  return new RegExp(`^${body}$`, "isu");
}

function slashes(path: string): string {
  return path.replaceAll("\\", "/");
}
