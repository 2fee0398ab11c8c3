import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { readChannelCatalogue } from "../src/install.ts";
import { temporaryFolder } from "../src/testing/plugin-folder.ts";

const read = (stateDir: string, env: NodeJS.ProcessEnv = {}) => readChannelCatalogue({ stateDir, home: stateDir, env });

test("without files, the channels of the product's own catalogue are offered from npm, by their labels", () => {
  using home = temporaryFolder();
  const all = read(home.path);
  expect(all.map(({ label }) => label)).toEqual(all.map(({ label }) => label).toSorted());
  expect(all.find(({ id }) => id === "matrix")).toEqual({
    id: "matrix",
    label: "Matrix",
    docsPath: "/channels/matrix",
    order: 999,
    npmSpec: "@openclaw/matrix",
    preferred: "npm",
  });
  // These come with the program.
  expect(all.map(({ id }) => id)).not.toContain("telegram");
});

test("files of the state folder win over it and over each other in their order, in each of the shapes they have", () => {
  using home = temporaryFolder();
  const card = (id: string, label: string, more: object = {}) => ({
    name: `@acme/${id}`,
    openclaw: { channel: { id, label, ...more }, install: { localPath: "~/dev", defaultChoice: "local" } },
  });
  fs.mkdirSync(path.join(home.path, "mpm"));
  fs.mkdirSync(path.join(home.path, "plugins"));
  const write = (file: string, value: unknown) => fs.writeFileSync(path.join(home.path, file), JSON.stringify(value));
  write("mpm/plugins.json", [card("Matrix", "Other Matrix", { order: 5, blurb: "Rooms." }), { name: "no channel" }]);
  write("mpm/catalog.json", { packages: [card("matrix", "Third"), card("gopher", "Gopher")] });
  fs.writeFileSync(path.join(home.path, "plugins", "catalog.json"), "not JSON");
  const [first, ...rest] = read(home.path);
  expect(first).toEqual({
    id: "matrix",
    label: "Other Matrix",
    docsPath: "/channels/matrix",
    description: "Rooms.",
    order: 5,
    npmSpec: "@acme/Matrix",
    localPath: path.join(home.path, "dev"),
    preferred: "local",
  });
  expect(rest.map(({ id }) => id)).toContain("gopher");
});

test("files that the environment names take the place of those", () => {
  using home = temporaryFolder();
  const write = (name: string, id: string) => {
    const file = path.join(home.path, name);
    fs.writeFileSync(file, JSON.stringify({ plugins: [{ name: id, openclaw: { channel: { id, order: 1 } } }] }));
    return file;
  };
  const one = write("one.json", "gopher");
  const two = write("two.json", "finger");
  const env = { OPENCLAW_PLUGIN_CATALOG_PATHS: `${one}; ${two},${home.path}/missing.json` };
  expect(
    read(home.path, env)
      .slice(0, 2)
      .map(({ id, label, npmSpec }) => ({ id, label, npmSpec })),
  ).toEqual([
    { id: "finger", label: "finger", npmSpec: "finger" },
    { id: "gopher", label: "gopher", npmSpec: "gopher" },
  ]);
});
