import fs from "node:fs";
import path from "node:path";
import type { Rolldown } from "tsdown";

interface InlinedPackage {
  name: string;
  version: string;
  license: string;
  text: string;
}

/**
 * Writes the licences of all packages whose code is in the bundle to one file beside it.
 * @throws when a package states no licence, or an error of the file system
 */
export function thirdPartyNotices(options: { fileName: string; own: (name: string) => boolean }): Rolldown.Plugin {
  return {
    name: "third-party-notices",
    generateBundle(_output, bundle) {
      const packages = new Map<string, InlinedPackage>();
      const ownNotices = new Set<string>();
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        for (const id of chunk.moduleIds) {
          const notice = ownNotice(id);
          if (notice) ownNotices.add(notice);
          const found = packageOf(id);
          if (found && !options.own(found.name)) packages.set(`${found.name}@${found.version}`, found);
        }
      }
      const sorted = [...packages.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
      const notices = sorted.map(({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}`);
      const head = `This package contains code of ${sorted.length} other packages. Their licences follow.\n`;
      const rule = `\n${"-".repeat(80)}\n\n`;
      const data = [...ownNotices].sort().map((file) => fs.readFileSync(file, "utf8").trim());
      const source = `${[head, ...notices, ...data].join(rule)}\n`;
      this.emitFile({ type: "asset", fileName: options.fileName, source });
    },
  };
}

/** The notices of data of others that a package of ours holds; undefined when it holds none. */
function ownNotice(moduleId: string): string | undefined {
  const file = moduleId.replace(/^\0/, "").replace(/[?#].*$/, "");
  if (!path.isAbsolute(file) || file.includes("node_modules")) return undefined;
  for (let folder = path.dirname(file); folder !== path.dirname(folder); folder = path.dirname(folder)) {
    if (!fs.existsSync(path.join(folder, "package.json"))) continue;
    const notices = path.join(folder, "THIRD-PARTY-NOTICES.md");
    return fs.existsSync(notices) ? notices : undefined;
  }
  return undefined;
}

/** The package a module belongs to; undefined for modules that are no files. */
function packageOf(moduleId: string): InlinedPackage | undefined {
  const file = moduleId.replace(/^\0/, "").replace(/[?#].*$/, "");
  if (!path.isAbsolute(file) || !file.includes("node_modules")) return undefined;
  for (let folder = path.dirname(file); folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const manifest = path.join(folder, "package.json");
    if (!fs.existsSync(manifest)) continue;
    const { name, version, license } = JSON.parse(fs.readFileSync(manifest, "utf8"));
    // Folders inside a package may hold a package.json that only says which module format they have.
    if (typeof name !== "string" || typeof version !== "string") continue;
    if (typeof license !== "string") throw new Error(`${manifest} states no licence; the package cannot be bundled`);
    return { name, version, license, text: licenceText(folder) ?? `Published under the licence ${license}.` };
  }
  return undefined;
}

function licenceText(folder: string): string | undefined {
  const names = fs.readdirSync(folder).filter((name) => /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i.test(name));
  const texts = names.sort().map((name) => fs.readFileSync(path.join(folder, name), "utf8").trim());
  return texts.length > 0 ? texts.join("\n\n") : undefined;
}
