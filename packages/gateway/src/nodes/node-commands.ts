/** Which commands a kind of node may be asked for. Dangerous ones (camera, screen, messages) are in no list. */

const canvas = [
  "canvas.present",
  "canvas.hide",
  "canvas.navigate",
  "canvas.eval",
  "canvas.snapshot",
  "canvas.a2ui.push",
  "canvas.a2ui.pushJSONL",
  "canvas.a2ui.reset",
];
const sensors = ["camera.list", "location.get"];
const personal = [
  "device.info",
  "device.status",
  "contacts.search",
  "calendar.events",
  "reminders.list",
  "photos.latest",
  "motion.activity",
  "motion.pedometer",
];
const system = [
  "system.run",
  "system.which",
  "system.notify",
  "system.execApprovals.get",
  "system.execApprovals.set",
  "browser.proxy",
];

export type NodePlatform = "ios" | "android" | "macos" | "windows" | "linux" | "unknown";

const defaults: Record<NodePlatform, readonly string[]> = {
  ios: [...canvas, ...sensors, ...personal, "system.notify"],
  android: [...canvas, ...sensors, ...personal],
  macos: [...canvas, ...sensors, ...personal, ...system],
  linux: system,
  windows: system,
  unknown: [...canvas, ...sensors, ...system],
};

const platformNames: readonly [RegExp, NodePlatform][] = [
  [/^ios/, "ios"],
  [/^android/, "android"],
  [/^(?:mac|darwin)/, "macos"],
  [/^win/, "windows"],
  [/^linux/, "linux"],
];

/** The kind of platform a node says it is; the family of the device decides where the platform is none we know. */
export function nodePlatform(platform: string | undefined, deviceFamily: string | undefined): NodePlatform {
  for (const text of [platform, deviceFamily]) {
    const name = text?.trim().toLowerCase() ?? "";
    const known = platformNames.find(([pattern]) => pattern.test(name));
    if (known) return known[1];
  }
  return /^(?:iphone|ipad)/i.test(deviceFamily?.trim() ?? "") ? "ios" : "unknown";
}

/** `gateway.nodes` of the configuration. */
export interface NodeCommandConfig {
  allowCommands?: readonly string[] | undefined;
  denyCommands?: readonly string[] | undefined;
}

/** What decides about the commands of one node. */
export interface NodeCommandPlace {
  platform: string | undefined;
  deviceFamily: string | undefined;
  /** As the node named them when it connected. */
  declared: readonly string[];
}

/** The declared commands that may be used, sorted. */
export function usableCommands(node: NodeCommandPlace, config: NodeCommandConfig): string[] {
  const allowed = allowlist(node, config);
  return [...new Set(node.declared)].filter((command) => allowed.has(command)).sort();
}

export type CommandRefusal =
  | "command required"
  | "command not allowlisted"
  | "command not declared by node"
  | "node did not declare commands";

/** Why a command may not be used; undefined when it may. */
export function commandRefusal(
  command: string,
  node: NodeCommandPlace,
  config: NodeCommandConfig,
): CommandRefusal | undefined {
  if (command === "") return "command required";
  if (!allowlist(node, config).has(command)) return "command not allowlisted";
  if (node.declared.includes(command)) return undefined;
  return node.declared.length === 0 ? "node did not declare commands" : "command not declared by node";
}

function allowlist({ platform, deviceFamily }: NodeCommandPlace, config: NodeCommandConfig): Set<string> {
  const trimmed = (names: readonly string[] = []) => names.map((name) => name.trim()).filter((name) => name !== "");
  const allowed = new Set([...defaults[nodePlatform(platform, deviceFamily)], ...trimmed(config.allowCommands)]);
  for (const name of trimmed(config.denyCommands)) allowed.delete(name);
  return allowed;
}
