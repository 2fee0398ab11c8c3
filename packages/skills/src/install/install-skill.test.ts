import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type InstallWorld, installOptions, installSkill, readInstallSpecs } from "./index.ts";

/** A machine that has these programs; keeps what was run, and answers as told. */
function machine(
  programs: readonly string[],
  answer: (argv: string) => Partial<{ code: number; stderr: string; stdout: string }> = () => ({}),
) {
  const home = realpathSync(mkdtempSync(path.join(tmpdir(), "openclaw-install-")));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  mkdirSync(path.join(home, "bin"));
  for (const name of programs) writeFileSync(path.join(home, "bin", name), "#!/bin/sh\n", { mode: 0o755 });
  const calls: string[] = [];
  const limits: number[] = [];
  const world: InstallWorld = {
    env: { PATH: path.join(home, "bin") },
    platform: "linux",
    stateDir: path.join(home, "state"),
    nodeManager: "npm",
    async run(argv, { timeoutMs, env }) {
      calls.push([env?.GOBIN && `GOBIN=${env.GOBIN}`, ...argv].filter(Boolean).join(" "));
      limits.push(timeoutMs);
      return { code: 0, stdout: "", stderr: "", ...answer(argv.join(" ")) };
    },
    download: async (url) => Buffer.from(`content of ${url}`),
    extract: async (_file, folder) => {
      mkdirSync(path.join(folder, "tool-1.0", "bin"), { recursive: true });
      writeFileSync(path.join(folder, "tool-1.0", "bin", "tool"), "x");
      writeFileSync(path.join(folder, "README"), "top");
    },
    scan: () => [],
  };
  return { world, calls, limits, state: (...names: string[]) => path.join(home, "state", ...names) };
}

const skill = (...specs: object[]) => ({ key: "tool", baseDir: "/nowhere", install: readInstallSpecs(specs) });
const labels = (specs: object[], programs: string[] = [], more: object = {}) => {
  const { world } = machine(programs);
  return installOptions(skill(...specs), { ...world, preferBrew: true, ...more }).map(
    ({ id, label }) => `${id}: ${label}`,
  );
};

test("offers one installer, the best that is here, and all where all are downloads", () => {
  const brew = { kind: "brew", formula: "jq" };
  const node = { type: "node", package: "cowsay" };
  const uv = { kind: "uv", package: "ruff" };
  const go = { kind: "go", module: "example.com/x@latest" };
  expect(labels([go, brew, node, uv], ["brew"])).toEqual(["brew-1: Install jq (brew)"]);
  expect(labels([go, brew, node, uv], ["brew"], { preferBrew: false })).toEqual(["uv-3: Install ruff (uv)"]);
  expect(labels([go, brew, node], [], { nodeManager: "pnpm" })).toEqual(["node-2: Install cowsay (pnpm)"]);
  expect(labels([go, brew])).toEqual(["brew-1: Install jq (brew)"]);
  expect(
    labels([
      { kind: "apt", package: "x" },
      { ...go, label: "Build it" },
    ]),
  ).toEqual(["go-1: Build it"]);
  const file = { kind: "download", url: "https://h.example/a/tool.zip" };
  expect(labels([file, { ...file, id: "mac", os: ["darwin"] }, { ...file, id: "b" }])).toEqual([
    "download-0: Download tool.zip",
    "b: Download tool.zip",
  ]);
  expect(labels([])).toEqual([]);
});

test.each([
  [{ kind: "brew", formula: "jq" }, ["brew"], {}, ["brew install jq"]],
  [{ kind: "node", package: "cowsay" }, [], {}, ["npm install -g --ignore-scripts cowsay"]],
  [{ kind: "node", package: "cowsay" }, [], { nodeManager: "pnpm" }, ["pnpm add -g --ignore-scripts cowsay"]],
  [{ kind: "node", package: "cowsay" }, [], { nodeManager: "yarn" }, ["yarn global add cowsay"]],
  [{ kind: "node", package: "cowsay" }, [], { nodeManager: "bun" }, ["bun add -g cowsay"]],
  [{ kind: "uv", package: "ruff" }, ["uv"], {}, ["uv tool install ruff"]],
  [{ kind: "uv", package: "ruff" }, ["brew"], {}, ["brew install uv", "uv tool install ruff"]],
  [{ kind: "go", module: "m@v1" }, ["go"], {}, ["go install m@v1"]],
  [{ kind: "go", module: "m@v1" }, ["go", "brew"], {}, ["brew --prefix", "GOBIN=/brew/bin go install m@v1"]],
] as const)("installs %j where %j are there with %j", async (spec, programs, more, wanted) => {
  const { world, calls } = machine(programs, (argv) => (argv === "brew --prefix" ? { stdout: "/brew\n" } : {}));
  const result = await installSkill(skill(spec), `${spec.kind}-0`, { ...world, ...more });
  expect(result).toMatchObject({ ok: true, message: "Installed", code: 0 });
  expect(calls).toEqual(wanted);
});

test.each([
  [{ kind: "brew", formula: "jq" }, "brew not installed"],
  [{ kind: "uv", package: "ruff" }, "uv not installed (install via brew)"],
  [{ kind: "go", module: "m" }, "go not installed (install via brew)"],
  [{ kind: "brew" }, "missing brew formula"],
  [{ kind: "node" }, "missing node package"],
  [{ kind: "go" }, "missing go module"],
  [{ kind: "uv" }, "missing uv package"],
  [{ kind: "download" }, "missing download url"],
  [{ kind: "node", package: "-g" }, 'refused package "-g": it would be read as a flag'],
  [
    { kind: "download", url: "https://h.example/tool", extract: true },
    "extract requested but archive type could not be detected",
  ],
] as const)("does not run anything for %j and says why", async (spec, message) => {
  const { world, calls, state } = machine([]);
  expect(await installSkill(skill(spec), `${spec.kind}-0`, world)).toMatchObject({ ok: false, message, code: null });
  expect(calls).toEqual([]);
  expect(existsSync(state())).toBe(false);
});

test("an unknown installer is refused, and a failure tells its first useful line", async () => {
  const { world } = machine([], () => ({ code: 7, stderr: "\n---\nE404 no such package\nmore" }));
  expect(await installSkill(skill(), "npm-9", world)).toMatchObject({
    ok: false,
    message: "Installer not found: npm-9",
  });
  const failed = await installSkill(skill({ kind: "node", package: "cowsay" }), "node-0", world);
  expect(failed).toMatchObject({ ok: false, code: 7, message: "Install failed (exit 7): E404 no such package" });
});

test("keeps the time limit between a second and a quarter of an hour, and warns of alarming code", async () => {
  const { world, limits } = machine([]);
  const cowsay = skill({ kind: "node", package: "cowsay" });
  for (const ms of [undefined, 5, 5_000_000]) await installSkill(cowsay, "node-0", world, ms);
  expect(limits).toEqual([300_000, 1000, 900_000]);
  const result = await installSkill(cowsay, "node-0", { ...world, scan: () => ["index.js:1 runs programs"] });
  expect(result).toMatchObject({ ok: true, warnings: ["index.js:1 runs programs"] });
});

test("downloads below the folder of tools, unpacked without what is to be left out on top", async () => {
  const { world, state } = machine([]);
  const file = { kind: "download", url: "https://h.example/get/tool?x=1" };
  expect((await installSkill(skill(file), "download-0", world)).message).toBe(
    `Downloaded to ${state("tools/tool/tool")}`,
  );
  expect(readFileSync(state("tools/tool/tool"), "utf8")).toBe("content of https://h.example/get/tool?x=1");
  const archive = { kind: "download", url: "https://h.example/t.tar.gz", stripComponents: 1, targetDir: "other" };
  expect((await installSkill(skill(archive), "download-0", world)).message).toBe(
    `Downloaded and extracted to ${state("tools/other")}`,
  );
  expect(readdirSync(state("tools/other"))).toEqual(["bin"]);
  expect(readdirSync(state("tools")).toSorted()).toEqual(["other", "tool"]);
});

test("refuses a folder outside of it and writes nothing; a failed download leaves nothing", async () => {
  const { world, state } = machine([]);
  const outside = { kind: "download", url: "https://h.example/t", targetDir: "../../x" };
  expect((await installSkill(skill(outside), "download-0", world)).message).toMatch(
    /^refused targetDir "\.\.\/\.\.\/x"/,
  );
  expect(existsSync(state())).toBe(false);
  const broken = { ...world, download: () => Promise.reject(new Error("HTTP 404")) };
  const inside = { kind: "download", url: "https://h.example/t.zip" };
  expect((await installSkill(skill(inside), "download-0", broken)).message).toBe("Install failed: HTTP 404");
  expect(readdirSync(state("tools"))).toEqual([]);
});
