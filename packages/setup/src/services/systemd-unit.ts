import type { InstalledService, ServiceDefinition } from "./service-definition.ts";

/** The text of a systemd user unit (systemd.service(5), systemd.unit(5)). */
export function systemdUnit({
  description,
  programArguments,
  workingDirectory,
  environment,
}: ServiceDefinition): string {
  return [
    "[Unit]",
    `Description=${description.replaceAll("%", "%%")}`,
    "After=network-online.target",
    "Wants=network-online.target",
    "",
    "[Service]",
    `ExecStart=${programArguments.map((word) => quoted(word.replaceAll("$", "$$$$"))).join(" ")}`,
    "Restart=always",
    "RestartSec=5",
    // Commands the assistant has started go on when the Gateway is restarted.
    "KillMode=process",
    ...(workingDirectory === undefined ? [] : [`WorkingDirectory=${workingDirectory.replaceAll("%", "%%")}`]),
    ...Object.entries(environment).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`),
    "",
    "[Install]",
    "WantedBy=default.target",
    "",
  ].join("\n");
}

/** Quotes a word where systemd would take it apart; `%` introduces specifiers everywhere. */
function quoted(word: string): string {
  const text = word.replaceAll("%", "%%").replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  return /[\s"'\\;]/.test(text) || text === "" ? `"${text}"` : text;
}

/** Reads a unit back, as far as it matters here. */
export function readSystemdUnit(text: string, sourcePath: string): InstalledService {
  const values = (key: string) =>
    text.split("\n").flatMap((line) => {
      const [name, ...rest] = line.trim().split("=");
      return name === key ? [rest.join("=")] : [];
    });
  const environment: Record<string, string> = {};
  for (const line of values("Environment")) {
    for (const word of words(line)) {
      const at = word.indexOf("=");
      if (at > 0) environment[word.slice(0, at)] = word.slice(at + 1);
    }
  }
  const workingDirectory = values("WorkingDirectory")[0]?.replaceAll("%%", "%");
  return {
    programArguments: words(values("ExecStart")[0] ?? "").map((word) => word.replaceAll("$$", "$")),
    environment,
    ...(workingDirectory !== undefined && { workingDirectory }),
    sourcePath,
    text,
  };
}

/** Takes a line apart the way systemd does: spaces, quotes, backslashes. */
function words(line: string): string[] {
  const found: string[] = [];
  let word = "";
  let quote = "";
  let open = false;
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    if (char === "\\") {
      at += 1;
      word += line[at] === "n" ? "\n" : (line[at] ?? "");
    } else if (quote !== "" ? char === quote : char === '"' || char === "'") {
      quote = quote === "" ? char : "";
      open = true;
    } else if (quote === "" && /\s/.test(char)) {
      if (word !== "" || open) found.push(word);
      word = "";
      open = false;
    } else word += char;
  }
  if (word !== "" || open) found.push(word);
  return found.map((each) => each.replaceAll("%%", "%"));
}
