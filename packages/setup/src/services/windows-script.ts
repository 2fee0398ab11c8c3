import type { InstalledService, ServiceDefinition } from "./service-definition.ts";

/** The script a scheduled task runs. */
export function windowsScript(definition: ServiceDefinition): string {
  const { description, programArguments, workingDirectory, environment } = definition;
  return [
    "@echo off",
    `rem ${oneLine(description)}`,
    ...(workingDirectory === undefined ? [] : [`cd /d ${word(workingDirectory)}`]),
    ...Object.entries(environment).map(([name, value]) => setting(name, value)),
    programArguments.map(word).join(" "),
    "",
  ].join("\r\n");
}

function setting(name: string, value: string): string {
  const text = oneLine(value).replaceAll("%", "%%");
  // Between quotes cmd.exe leaves & | < > ^ alone; the quotes do not become part of the value.
  return /[&|<>^"()\s]/.test(text) ? `set "${name}=${text}"` : `set ${name}=${text}`;
}

function word(text: string): string {
  const plain = oneLine(text).replaceAll("%", "%%");
  return /^[\w@:/\\.,=+~-]+$/.test(plain) ? plain : `"${plain.replaceAll('"', '\\"')}"`;
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, " ");
}

/** Reads such a script back. */
export function readWindowsScript(text: string, sourcePath: string): InstalledService {
  const environment: Record<string, string> = {};
  let workingDirectory: string | undefined;
  let programArguments: string[] = [];
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim();
    const set = /^set\s+"?([A-Za-z_][A-Za-z0-9_]*)=(.*?)"?$/i.exec(line);
    if (line === "" || /^(?:@echo|rem\b)/i.test(line)) continue;
    if (set?.[1] !== undefined) environment[set[1]] = (set[2] ?? "").replaceAll("%%", "%");
    else if (/^cd\s+\/d\s/i.test(line)) workingDirectory = words(line)[2];
    else programArguments = words(line);
  }
  return {
    programArguments,
    environment,
    ...(workingDirectory !== undefined && { workingDirectory }),
    sourcePath,
    text,
  };
}

function words(line: string): string[] {
  return [...line.matchAll(/"((?:\\"|[^"])*)"|(\S+)/g)].map(([, quoted, plain]) =>
    (quoted?.replaceAll('\\"', '"') ?? plain ?? "").replaceAll("%%", "%"),
  );
}
