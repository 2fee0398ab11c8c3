import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";

const SKIPPED = new Set(["node_modules", "dist", ".turbo", ".tools", ".git", ".openclaw-dev", "test-artifacts"]);

/**
 * A digest of names, sizes and modification times of the files below the given folders (contents are not read, so a
 * checkout of some thousand files takes milliseconds).
 * @param {string} root
 * @param {string[]} entries files or folders relative to the root
 * @param {(name: string) => boolean} [accept] decides by file name
 */
export function fingerprint(root, entries, accept = () => true) {
  const hash = crypto.createHash("sha256");
  const visit = (relative) => {
    const absolute = path.join(root, relative);
    const stat = fs.statSync(absolute, { throwIfNoEntry: false });
    if (!stat) return;
    if (stat.isDirectory()) {
      for (const name of fs.readdirSync(absolute).sort()) {
        if (!SKIPPED.has(name)) visit(path.join(relative, name));
      }
    } else if (accept(path.basename(relative))) {
      hash.update(`${relative}\0${stat.size}\0${stat.mtimeMs}\n`);
    }
  };
  for (const entry of entries) visit(entry);
  return hash.digest("hex");
}

/** Reads the digest a finished step left behind. */
export function readStamp(root, name) {
  const file = path.join(root, ".tools", `${name}.stamp`);
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
}

/** Remembers that a step is done for this digest. */
export function writeStamp(root, name, digest) {
  fs.writeFileSync(path.join(root, ".tools", `${name}.stamp`), digest);
}
