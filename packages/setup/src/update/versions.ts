/** Compares two versions by the rules of semver.org: negative when `a` is older. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  for (let at = 0; at < 3; at++) {
    const difference = (left.numbers[at] ?? 0) - (right.numbers[at] ?? 0);
    if (difference !== 0) return difference;
  }
  // A release is newer than its own previews.
  if (left.preview.length === 0 || right.preview.length === 0) return right.preview.length - left.preview.length;
  for (let at = 0; at < Math.max(left.preview.length, right.preview.length); at++) {
    const [x, y] = [left.preview[at], right.preview[at]];
    if (x === undefined || y === undefined) return x === y ? 0 : x === undefined ? -1 : 1;
    const [m, n] = [Number(x), Number(y)];
    if (!Number.isNaN(m) && !Number.isNaN(n)) {
      if (m !== n) return m - n;
    } else if (x !== y) return !Number.isNaN(m) ? -1 : !Number.isNaN(n) ? 1 : x < y ? -1 : 1;
  }
  return 0;
}

function parse(version: string): { numbers: number[]; preview: string[] } {
  const [core = "", ...rest] = version.replace(/^v/, "").replace(/\+.*$/, "").split("-");
  const preview = rest.join("-");
  return { numbers: core.split(".").map(Number), preview: preview === "" ? [] : preview.split(".") };
}
