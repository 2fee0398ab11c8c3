// CHANGELOG.md of the whole project, from changesets: what is pending stands on top as "Unreleased"; `--release <date>`
// moves it under a heading with that date (run beside `changeset version`). `--check` fails when the file is not current.
//   node scripts/changelog.mjs [--check | --release YYYY-MM-DD]
import fs from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const file = path.join(root, "CHANGELOG.md");
const intro = "# Changelog\n\nNewest first. Each package has a changelog of its own with its version numbers.\n";
const unreleased = "## Unreleased";

/** The pending changesets: which packages each touches, and its text. */
function pending() {
  const folder = path.join(root, ".changeset");
  return fs
    .readdirSync(folder)
    .filter((name) => name.endsWith(".md") && name !== "README.md")
    .sort()
    .map((name) => {
      const [, front = "", text = ""] =
        /^---\n(.*?)\n---\n(.*)$/s.exec(fs.readFileSync(path.join(folder, name), "utf8")) ?? [];
      const packages = [...front.matchAll(/^"?([^":]+)"?:\s*\w+/gm)].map((match) => match[1]);
      return { packages, text: text.trim().replaceAll("\n", "\n  ") };
    });
}

const entries = pending().map(({ packages, text }) => `- **${packages.join(", ")}** ${text}`);
const current = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : intro;
const released = /^## \d{4}-\d{2}-\d{2}.*$/ms.exec(current)?.[0] ?? "";
const release = process.argv.includes("--release") ? process.argv[process.argv.indexOf("--release") + 1] : undefined;
const heading = release ? `## ${release}` : unreleased;
const next = [
  intro,
  ...(entries.length > 0 ? [`${heading}\n\n${entries.join("\n")}\n`] : []),
  ...(released ? [released] : []),
].join("\n");

if (process.argv.includes("--check")) {
  if (next !== current) {
    console.log("CHANGELOG.md is not current: run `node scripts/changelog.mjs`");
    process.exitCode = 1;
  }
} else {
  fs.writeFileSync(file, next);
}
