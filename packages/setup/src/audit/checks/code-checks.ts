import { accessSync, constants, realpathSync } from "node:fs";
import path from "node:path";
import { readPackageMetadata } from "@openclaw/plugins/discovery";
import type { CodeFinding } from "@openclaw/plugins/install";
import type { AuditCheck } from "../audit-check.ts";
import { type AuditFacts, directoryNames } from "../audit-facts.ts";
import { recordOf } from "../channel-facts.ts";
import type { AuditFinding } from "../finding.ts";

/** Channels whose command menus can list skills. */
const menuChannels = ["discord", "telegram", "slack"];
const roomyMenus = ["discord", "telegram"];

/** So many places are named of one rule. */
const mostPlaces = 5;

const noAllowlist: AuditCheck = {
  ids: ["plugins.extensions_no_allowlist"],
  run(facts) {
    const { config, paths } = facts;
    const found = directoryNames(paths.extensionsDir);
    if (found.length === 0 || config.plugins?.allow !== undefined) return [];
    const exposed = facts.channels
      .filter(({ id }) => menuChannels.includes(id))
      .filter(({ id, section }) => {
        const setting = recordOf(section.commands).nativeSkills ?? config.commands?.nativeSkills;
        return typeof setting === "boolean" ? setting : roomyMenus.includes(id);
      })
      .map(({ id }) => id);
    return [
      {
        checkId: "plugins.extensions_no_allowlist",
        severity: exposed.length > 0 ? "critical" : "warn",
        title: "Plugins are installed and no list says which may run",
        detail: `${paths.extensionsDir} holds ${found.join(", ")}, and plugins.allow is not set.${
          exposed.length > 0 ? ` Skill commands are offered on ${[...new Set(exposed)].join(", ")}.` : ""
        }`,
        remediation: "Set plugins.allow to the ids of the plugins you trust.",
      },
    ];
  },
};

/** The entry files that a plugin's package names. */
function entriesOf(dir: string): string[] {
  const metadata = readPackageMetadata(dir);
  return [...new Set([...(metadata?.extensions ?? []), ...(metadata?.runtimeExtensions ?? [])])];
}

const isInside = (dir: string, file: string) => {
  const relative = path.relative(dir, file);
  return relative !== "" && !relative.startsWith("..") && !path.isAbsolute(relative);
};

/** Where an entry really is; where it would be, when it is not there. */
function realPlace(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

const entryPaths: AuditCheck = {
  ids: ["plugins.code_safety.entry_path"],
  deep: true,
  run: (facts) =>
    installedPlugins(facts).flatMap(({ name, dir }) =>
      entriesOf(dir)
        .filter((entry) => entry.split(/[\\/]/).some((part) => /^\.[^./]/.test(part) || part === "node_modules"))
        .map((entry) => ({
          checkId: "plugins.code_safety.entry_path",
          severity: "warn",
          title: `The plugin ${name} hides an entry file`,
          detail: `${entry} lies in a hidden folder or in node_modules, where nobody looks.`,
          remediation: "Ask its author to publish the entry file openly, or remove the plugin.",
        })),
    ),
};

const entryEscapes: AuditCheck = {
  ids: ["plugins.code_safety.entry_escape"],
  deep: true,
  run: (facts) =>
    installedPlugins(facts).flatMap(({ name, dir }) =>
      entriesOf(dir)
        .filter((entry) => {
          const file = path.resolve(dir, entry);
          return !isInside(dir, file) || !isInside(realPlace(dir), realPlace(file));
        })
        .map((entry) => ({
          checkId: "plugins.code_safety.entry_escape",
          severity: "critical",
          title: `The plugin ${name} loads code from outside its folder`,
          detail: `${entry} leads out of ${dir}.`,
          remediation: `Remove the plugin: openclaw plugins uninstall ${name}`,
        })),
    ),
};

const pluginCode: AuditCheck = {
  ids: ["plugins.code_safety", "plugins.code_safety.scan_failed"],
  deep: true,
  run: (facts) => scanAll(facts, "plugins.code_safety", "plugin", installedPlugins(facts)),
};

const skillCode: AuditCheck = {
  ids: ["skills.code_safety", "skills.code_safety.scan_failed"],
  deep: true,
  run: (facts) => scanAll(facts, "skills.code_safety", "skill", facts.deep?.skills ?? []),
};

function installedPlugins({ paths }: AuditFacts): { name: string; dir: string }[] {
  return directoryNames(paths.extensionsDir).map((name) => ({ name, dir: path.join(paths.extensionsDir, name) }));
}

async function scanAll(
  _facts: AuditFacts,
  checkId: string,
  word: string,
  folders: readonly { name: string; dir: string }[],
): Promise<AuditFinding[]> {
  if (folders.length === 0) return [];
  const { scanCode } = await import("@openclaw/plugins/install");
  return folders.flatMap(({ name, dir }): AuditFinding[] => {
    try {
      accessSync(dir, constants.R_OK | constants.X_OK);
      const entries = entriesOf(dir)
        .map((entry) => path.resolve(dir, entry))
        .filter((file) => isInside(dir, file));
      const found = scanCode(dir, entries);
      return found.length === 0 ? [] : [codeFinding(checkId, word, name, found)];
    } catch (error) {
      return [
        {
          checkId: `${checkId}.scan_failed`,
          severity: "warn",
          title: `The code of the ${word} ${name} could not be read`,
          detail: `${dir}: ${error instanceof Error ? error.message : String(error)}`,
          remediation: "Make it readable, or remove it.",
        },
      ];
    }
  });
}

function codeFinding(checkId: string, word: string, name: string, found: readonly CodeFinding[]): AuditFinding {
  const shown = found
    .slice(0, mostPlaces)
    .map(({ rule, file, line, message }) => `${rule}: ${message} (${file}:${line})`);
  const more = found.length - shown.length;
  return {
    checkId,
    severity: found.some(({ severity }) => severity === "critical") ? "critical" : "warn",
    title: `The code of the ${word} ${name} deserves a look`,
    detail: [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("\n"),
    remediation: `Read the places named, and remove the ${word} if you do not trust it. Nothing found would prove nothing.`,
  };
}

/** The code that plugins and skills bring. */
export const codeChecks: readonly AuditCheck[] = [noAllowlist, entryPaths, entryEscapes, pluginCode, skillCode];
