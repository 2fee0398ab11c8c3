import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ManifestError, manifestFileName, parsePluginManifest, readPluginManifest } from "./manifests.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "openclaw-manifest-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (text: string) => writeFileSync(join(root, manifestFileName), text);

function errorOf(run: () => unknown): ManifestError {
  try {
    run();
  } catch (error) {
    if (error instanceof ManifestError) return error;
    throw error;
  }
  throw new Error("expected a ManifestError");
}

it("reads what it knows and ignores the rest", () => {
  write(
    JSON.stringify({
      id: " dice ",
      kind: ["memory"],
      name: "Dice",
      channels: ["irc", 1, ""],
      configSchema: { type: "object" },
      uiHints: { sides: { label: "Sides", order: 1, sensitive: "yes" }, bad: 1 },
      channelConfigs: { irc: { schema: { type: "object" }, uiHints: { nick: { help: "h" } } } },
      modelCatalog: {},
    }),
  );
  expect(readPluginManifest(root, "global")).toEqual({
    id: "dice",
    kind: ["memory"],
    name: "Dice",
    channels: ["irc"],
    configSchema: { type: "object" },
    uiHints: { sides: { label: "Sides", order: 1 } },
    channelConfigs: { irc: { schema: { type: "object" }, uiHints: { nick: { help: "h" } } } },
    origin: "global",
    source: root,
  });
});

it("names the file that is missing or unreadable", () => {
  const path = join(root, manifestFileName);
  expect(errorOf(() => readPluginManifest(root))).toMatchObject({
    code: "not-found",
    path,
    message: `plugin manifest not found: ${path}`,
  });
  write("{ id: 1 }");
  const broken = errorOf(() => readPluginManifest(root));
  expect(broken.code).toBe("unreadable");
  expect(broken.message).toMatch(/^failed to parse plugin manifest: /);
});

it.each<[unknown, string]>([
  [[], "plugin manifest must be an object"],
  [{ configSchema: {} }, "plugin manifest requires id"],
  [{ id: "  ", configSchema: {} }, "plugin manifest requires id"],
  [{ id: "a" }, "plugin manifest requires configSchema"],
  [{ id: "a", configSchema: [] }, "plugin manifest requires configSchema"],
])("refuses %j", (value, message) => {
  expect(errorOf(() => parsePluginManifest(value, root)).message).toBe(message);
});
