import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { readLaunchdPlist } from "./launchd-plist.ts";
import { identityOf, type ServiceWorld } from "./open-service.ts";
import { formerLaunchdLabels, launchdLabel, systemdName, taskName } from "./service-names.ts";
import { readSystemdUnit } from "./systemd-unit.ts";

/** A service that looks like ours and is not one of this instance. */
export interface ExtraService {
  platform: "linux" | "darwin" | "win32";
  label: string;
  detail: string;
  scope: "user" | "system";
  /** The word that gave it away. */
  marker: "openclaw" | "clawdbot" | "moltbot";
  /** It belongs to a former release. */
  legacy: boolean;
  /** The file it stands in; absent for tasks of Windows. */
  file?: string;
}

const markers = ["openclaw", "clawdbot", "moltbot"] as const;

/**
 * Finds services that look like ours: in the user's directories, with `deep` also in the system's. Those that carry our
 * mark, and those of other profiles, belong here and are no extras. Best effort: what cannot be read is left out.
 */
export async function findExtraServices(world: ServiceWorld, deep: boolean): Promise<ExtraService[]> {
  const { platform, paths } = world;
  if (platform === "darwin") {
    return [
      ...scanPlists(path.join(paths.home, "Library", "LaunchAgents"), "user", world),
      ...(deep
        ? ["/Library/LaunchAgents", "/Library/LaunchDaemons"].flatMap((dir) => scanPlists(dir, "system", world))
        : []),
    ];
  }
  if (platform === "win32") return deep ? scanTasks(world) : [];
  return [
    ...scanUnits(path.join(paths.home, ".config", "systemd", "user"), "user", world),
    ...(deep
      ? ["/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"].flatMap((dir) =>
          scanUnits(dir, "system", world),
        )
      : []),
  ];
}

/** Commands that stop and remove an extra service. */
export function removalHints({ platform, label, scope, file }: ExtraService, uid: number): string[] {
  if (platform === "win32") return [`schtasks /Delete /TN "${label}" /F`];
  if (platform === "darwin") {
    const domain = scope === "user" ? `gui/${uid}` : "system";
    const sudo = scope === "user" ? "" : "sudo ";
    return [`${sudo}launchctl bootout ${domain}/${label}`, ...(file ? [`${sudo}rm ${file}`] : [])];
  }
  const systemctl = scope === "user" ? "systemctl --user" : "sudo systemctl";
  return [
    `${systemctl} disable --now ${label}`,
    ...(file ? [`${scope === "user" ? "" : "sudo "}rm ${file}`] : []),
    `${systemctl} daemon-reload`,
  ];
}

function scanUnits(dir: string, scope: ExtraService["scope"], world: ServiceWorld): ExtraService[] {
  const own = ["gateway", "node"].map(
    (kind) => `${systemdName(identityOf(kind as "gateway" | "node", world))}.service`,
  );
  return filesIn(dir, ".service").flatMap(({ name, file, text }) => {
    const marker = markerOf(`${name}\n${text}`);
    if (marker === undefined || (scope === "user" && own.includes(name))) return [];
    const isOurs = /^openclaw-(?:gateway(?:-[a-z0-9][a-z0-9_-]*)?|node)\.service$/i.test(name);
    if (scope === "user" && (isOurs || isMarked(readSystemdUnit(text, file).environment))) return [];
    return [extra("linux", name, file, scope, marker, /^(?:clawdbot|moltbot)/i.test(name) || marker !== "openclaw")];
  });
}

function scanPlists(dir: string, scope: ExtraService["scope"], world: ServiceWorld): ExtraService[] {
  const identities = (["gateway", "node"] as const).map((kind) => identityOf(kind, world));
  const own = identities.map((identity) => launchdLabel(identity));
  const former = identities.flatMap((identity) => formerLaunchdLabels(identity));
  return filesIn(dir, ".plist").flatMap(({ name, file, text }) => {
    const label = /<key>Label<\/key>\s*<string>(.*?)<\/string>/s.exec(text)?.[1] ?? name.replace(/\.plist$/, "");
    const marker = markerOf(`${label}\n${text}`);
    if (marker === undefined || (scope === "user" && own.includes(label))) return [];
    const isLegacy =
      former.includes(label) || /^(?:ai|com)\.openclaw\.|clawdbot|moltbot/i.test(label) || marker !== "openclaw";
    const isOurs = /^bot\.molt\./.test(label) || isMarked(readLaunchdPlist(text, file).environment);
    if (scope === "user" && isOurs && !isLegacy) return [];
    return [extra("darwin", label, file, scope, marker, isLegacy)];
  });
}

async function scanTasks(world: ServiceWorld): Promise<ExtraService[]> {
  const own = (["gateway", "node"] as const).map((kind) => taskName(identityOf(kind, world)));
  const { code, stdout } = await world.run(["schtasks", "/Query", "/FO", "LIST", "/V"]);
  if (code !== 0) return [];
  return stdout.split(/\r?\n\r?\n/).flatMap((block): ExtraService[] => {
    const value = (key: string) => new RegExp(`^${key}:\\s*(.*)$`, "im").exec(block)?.[1]?.trim() ?? "";
    const name = value("TaskName").replace(/^\\/, "");
    const command = value("Task To Run");
    const marker = markerOf(`${name}\n${command}`);
    if (marker === undefined || own.includes(name) || /^OpenClaw (?:Gateway(?: \(.+\))?|Node)$/.test(name)) return [];
    return [
      { platform: "win32", label: name, detail: command, scope: "system", marker, legacy: marker !== "openclaw" },
    ];
  });
}

function extra(
  platform: "linux" | "darwin",
  label: string,
  file: string,
  scope: ExtraService["scope"],
  marker: ExtraService["marker"],
  legacy: boolean,
): ExtraService {
  return { platform, label, detail: file, scope, marker, legacy, file };
}

function markerOf(text: string): ExtraService["marker"] | undefined {
  const small = text.toLowerCase();
  // A former release's unit may name both: the older name tells what it is.
  return [...markers].reverse().find((marker) => small.includes(marker));
}

function isMarked(environment: Readonly<Record<string, string>>): boolean {
  return (
    environment.OPENCLAW_SERVICE_MARKER === "openclaw" &&
    (environment.OPENCLAW_SERVICE_KIND === "gateway" || environment.OPENCLAW_SERVICE_KIND === "node")
  );
}

function filesIn(dir: string, ending: string): { name: string; file: string; text: string }[] {
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch {
    return []; // no such directory on this system
  }
  return names.sort().flatMap((name) => {
    if (!name.endsWith(ending)) return [];
    const file = path.join(dir, name);
    try {
      return [{ name, file, text: readFileSync(file, "utf8") }];
    } catch {
      return []; // a dangling link, or somebody else's
    }
  });
}
