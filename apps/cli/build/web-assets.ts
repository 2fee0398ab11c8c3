import fs from "node:fs";

/** Copies the built Control UI into the package; a checkout without one gets a package without a page. */
export function copyWebAssets(from: string, to: string): void {
  if (!fs.existsSync(from)) {
    console.warn(`no Control UI at ${from}: build @openclaw/web first to include it`);
    return;
  }
  fs.cpSync(from, to, { recursive: true });
}
