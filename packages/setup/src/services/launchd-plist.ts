import type { InstalledService, ServiceDefinition } from "./service-definition.ts";

/** The text of a launch agent (launchd.plist(5)). */
export function launchdPlist(
  definition: ServiceDefinition,
  { label, stdoutPath, stderrPath }: { label: string; stdoutPath: string; stderrPath: string },
): string {
  const { description, programArguments, workingDirectory, environment } = definition;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    "  <dict>",
    ...entry("Label", label),
    ...entry("Comment", description),
    "    <key>RunAtLoad</key>",
    "    <true/>",
    "    <key>KeepAlive</key>",
    "    <true/>",
    "    <key>ProgramArguments</key>",
    "    <array>",
    ...programArguments.map((word) => `      <string>${escaped(word)}</string>`),
    "    </array>",
    ...(workingDirectory === undefined ? [] : entry("WorkingDirectory", workingDirectory)),
    ...entry("StandardOutPath", stdoutPath),
    ...entry("StandardErrorPath", stderrPath),
    "    <key>EnvironmentVariables</key>",
    "    <dict>",
    ...Object.entries(environment).flatMap(([name, value]) => entry(name, value).map((line) => `  ${line}`)),
    "    </dict>",
    "  </dict>",
    "</plist>",
    "",
  ].join("\n");
}

function entry(key: string, value: string): string[] {
  return [`    <key>${escaped(key)}</key>`, `    <string>${escaped(value)}</string>`];
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function unescaped(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}

/** Reads a launch agent in XML back, as far as it matters here. */
export function readLaunchdPlist(text: string, sourcePath: string): InstalledService {
  const block = (key: string, tag: string) =>
    new RegExp(`<key>${key}</key>\\s*<${tag}>(.*?)</${tag}>`, "s").exec(text)?.[1] ?? "";
  const workingDirectory = unescaped(block("WorkingDirectory", "string"));
  return {
    programArguments: [...block("ProgramArguments", "array").matchAll(/<string>(.*?)<\/string>/gs)].map(
      ([, word = ""]) => unescaped(word),
    ),
    environment: Object.fromEntries(
      [...block("EnvironmentVariables", "dict").matchAll(/<key>(.*?)<\/key>\s*<string>(.*?)<\/string>/gs)].map(
        ([, name = "", value = ""]) => [unescaped(name), unescaped(value)],
      ),
    ),
    ...(workingDirectory !== "" && { workingDirectory }),
    sourcePath,
    text,
  };
}

/** Whether a switch of a launch agent is on. */
export function plistFlag(text: string, key: string): boolean {
  return new RegExp(`<key>${key}</key>\\s*<true\\s*/>`).test(text);
}
