import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../src/testing/plugin-folder.ts";
import { recordOf, testHost } from "./host.ts";

test("the tool plugin of the manual is loaded and rolls dice", async () => {
  using home = temporaryFolder();
  const page = fs.readFileSync(path.resolve(import.meta.dirname, "../../../docs/plugins/write-a-tool.md"), "utf8");
  const blocks = [...page.matchAll(/^```(?:json|ts)\n(.*?)^```/gms)].map(([, text = ""]) => text);
  const dir = path.join(home.path, "extensions", "dice");
  fs.mkdirSync(dir, { recursive: true });
  for (const [index, name] of ["openclaw.plugin.json", "package.json", "index.ts"].entries()) {
    fs.writeFileSync(path.join(dir, name), blocks[index] ?? "");
  }
  const host = await testHost(home.path);
  expect(recordOf(host, "dice")).toMatchObject({ status: "loaded", toolNames: ["dice_roll"], version: "0.1.0" });
  const run = { config: {}, workspaceDir: "", agentDir: "", agentId: "main", sessionKey: "s", sandboxed: false };
  const [made] = host.tools(run, () => false);
  const context = { toolCallId: "c", signal: new AbortController().signal, onUpdate: () => {} };
  const result = await made?.tool.execute({ count: 3 }, context);
  expect(result?.content).toEqual([{ type: "text", text: expect.stringMatching(/^[1-6], [1-6], [1-6]$/) }]);
});
