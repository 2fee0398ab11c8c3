#!/usr/bin/env node
// The program people install. It must parse on every Node that can run modules, so that one that is too old is told
// what to do instead of failing somewhere inside; what needs a recent Node is imported afterwards.
import { existsSync, readFileSync } from "node:fs";
import * as nodeModule from "node:module";

const required = [22, 18];
const [major, minor] = process.versions.node.split(".").map(Number);

/** The version of the package this file belongs to. */
function ownVersion() {
  return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version;
}

if (major < required[0] || (major === required[0] && minor < required[1])) {
  process.stderr.write(
    [
      `openclaw needs Node ${required.join(".")} or newer: install it and run the command again.`,
      `Required: Node >= ${required.join(".")}.0`,
      `Detected: Node ${process.versions.node} (${process.execPath})`,
      "Install: https://nodejs.org/en/download (or nvm install 24)",
      "Re-run: openclaw",
      "",
    ].join("\n"),
  );
  process.exitCode = 1;
} else if (process.argv.length === 3 && ["--version", "-V", "-v"].includes(process.argv[2])) {
  process.stdout.write(`${ownVersion()}\n`);
} else {
  nodeModule.enableCompileCache?.();
  const built = new URL("../dist/main.js", import.meta.url);
  if (existsSync(built)) {
    const { main } = await import(built.href);
    await main({ version: ownVersion() });
  } else {
    // A checkout without a build: the packages' own sources, whose types Node takes off.
    nodeModule.registerHooks({
      resolve: (specifier, context, next) =>
        next(specifier, { ...context, conditions: ["@openclaw/source", ...context.conditions] }),
    });
    const { main } = await import(new URL("../src/main.ts", import.meta.url).href);
    await main({ version: ownVersion() });
  }
}
