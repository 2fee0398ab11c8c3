import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GuardedFetch } from "@openclaw/net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Skill, SkillsConfig } from "../skill.ts";
import { installOptions } from "./install-options.ts";
import { createSkillInstaller, type ProgramEnd } from "./install-skill.ts";
import { readInstallSpecs } from "./install-spec.ts";

let home: string;
let ran: string[][];
let envs: NodeJS.ProcessEnv[];
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "openclaw-install-")));
  ran = [];
  envs = [];
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

interface World {
  install: unknown;
  config?: SkillsConfig;
  has?: readonly string[];
  ends?: (argv: readonly string[]) => Partial<ProgramEnd>;
  files?: Readonly<Record<string, string>>;
  scan?: () => readonly string[];
}

/** An installer of one skill named `s`, on a machine with some programs. */
function installer({ install, config = {}, has = [], ends = () => ({}), files = {}, scan }: World) {
  const skill: Skill = {
    name: "s",
    description: "d",
    source: "openclaw-workspace",
    filePath: join(home, "SKILL.md"),
    baseDir: home,
    key: "s",
    always: false,
    requires: { bins: [], anyBins: [], env: [], config: [], os: [] },
    userInvocable: true,
    modelInvocable: true,
    install: readInstallSpecs(install),
  };
  const guardedFetch: GuardedFetch = async (url) => {
    const bytes = Buffer.from(files[url] ?? "");
    const status = url in files ? 200 : 404;
    return {
      url,
      status,
      statusText: status === 200 ? "OK" : "Not Found",
      headers: {},
      read: async () => ({ bytes, truncated: false }),
      close: () => {},
    };
  };
  return createSkillInstaller({
    skills: () => [skill],
    config: () => config,
    stateDir: home,
    env: {},
    platform: "linux",
    hasBinary: (name) => has.includes(name),
    async run(argv, { env }) {
      ran.push([...argv]);
      envs.push(env);
      return { code: 0, stdout: "", stderr: "", ...ends(argv) };
    },
    tools: {
      guardedFetch,
      // One folder `top` with the content of the archive as its file.
      async extract(file, target) {
        mkdirSync(join(target, "top"), { recursive: true });
        writeFileSync(join(target, "top", "tool"), readFileSync(file));
      },
    },
    ...(scan ? { scan } : {}),
  });
}

describe("programs", () => {
  test.each([
    [{ kind: "brew", formula: "jq" }, ["brew"], {}, ["brew install jq"]],
    [{ kind: "node", package: "x" }, [], {}, ["npm install -g --ignore-scripts x"]],
    [{ type: "node", package: "x" }, [], { nodeManager: "pnpm" }, ["pnpm add -g --ignore-scripts x"]],
    [{ kind: "node", package: "x" }, [], { nodeManager: "yarn" }, ["yarn global add x"]],
    [{ kind: "node", package: "x" }, [], { nodeManager: "bun" }, ["bun add -g x"]],
    [{ kind: "uv", package: "x" }, ["uv"], {}, ["uv tool install x"]],
    [{ kind: "uv", package: "x" }, ["brew"], {}, ["brew install uv", "uv tool install x"]],
    [{ kind: "go", module: "a/b@latest" }, ["go"], {}, ["go install a/b@latest"]],
    [{ kind: "go", module: "a/b" }, ["brew"], {}, ["brew install go", "brew --prefix", "go install a/b"]],
  ] as const)("%o is installed as its manager wants it", async (spec, has, install, commands) => {
    const own = installer({ install: [spec], has, config: { skills: { install } } });
    const id = `${"kind" in spec ? spec.kind : spec.type}-0`;
    expect(await own.install("s", id)).toMatchObject({ ok: true, message: "Installed", code: 0 });
    expect(ran.map((argv) => argv.join(" "))).toEqual(commands);
  });

  test("made by go lie where those of brew do", async () => {
    const own = installer({
      install: [{ kind: "go", module: "a/b" }],
      has: ["brew", "go"],
      ends: ([, word]) => (word === "--prefix" ? { stdout: "/opt/brew\n" } : {}),
    });
    await own.install("s", "go-0");
    expect(envs.at(-1)?.GOBIN).toBe("/opt/brew/bin");
  });

  test.each([
    ["nobody", "brew-0", [], "Skill not found: nobody"],
    ["s", "nope", [], "Installer not found: nope"],
    ["s", "brew-0", [{ kind: "brew" }], "missing brew formula"],
    ["s", "brew-0", [{ kind: "brew", formula: "jq" }], "brew not installed"],
    ["s", "uv-0", [{ kind: "uv" }], "missing uv package"],
    ["s", "uv-0", [{ kind: "uv", package: "x" }], "uv not installed (install via brew)"],
    ["s", "go-0", [{ kind: "go" }], "missing go module"],
    ["s", "go-0", [{ kind: "go", module: "x" }], "go not installed (install via brew)"],
    ["s", "node-0", [{ kind: "node" }], "missing node package"],
    ["s", "download-0", [{ kind: "download" }], "missing download url"],
  ])("%s %s cannot be installed: %j", async (name, id, install, message) => {
    expect(await installer({ install }).install(name, id)).toEqual({
      ok: false,
      message,
      code: null,
      stdout: "",
      stderr: "",
    });
    expect(ran).toEqual([]);
  });

  test("a value that looks like a switch runs nothing", async () => {
    const result = await installer({ install: [{ kind: "node", package: "--global" }] }).install("s", "node-0");
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining("begins with a dash") });
    expect(ran).toEqual([]);
  });

  test("a failure tells the first line that says something, and findings in the skill are told besides", async () => {
    const own = installer({
      install: [{ kind: "node", package: "x" }],
      ends: () => ({ code: 7, stderr: `\n  ${"no room ".repeat(60)}`, stdout: "out" }),
      scan: () => ["run.js:3 runs programs (child_process)"],
    });
    const result = await own.install("s", "node-0");
    expect(result).toMatchObject({
      ok: false,
      code: 7,
      stdout: "out",
      warnings: ["run.js:3 runs programs (child_process)"],
    });
    expect(result.message).toMatch(/^Install failed \(exit 7\): no room no room/);
    expect(result.message.length).toBeLessThanOrEqual("Install failed (exit 7): ".length + 200);
  });
});

describe("downloads", () => {
  const url = "https://x.example/v1/tool";
  test("lie in the skill's own folder", async () => {
    const own = installer({ install: [{ kind: "download", url }], files: { [url]: "program" } });
    const file = join(home, "tools", "s", "tool");
    expect(await own.install("s", "download-0")).toMatchObject({ ok: true, message: `Downloaded to ${file}` });
    expect(readFileSync(file, "utf8")).toBe("program");
  });

  test("are unpacked without the folders that are stripped", async () => {
    const archived = `${url}.tar.gz`;
    const own = installer({
      install: [{ kind: "download", url: archived, stripComponents: 1, targetDir: "mine" }],
      files: { [archived]: "inside" },
    });
    const dir = join(home, "tools", "mine");
    expect(await own.install("s", "download-0")).toMatchObject({
      ok: true,
      message: `Downloaded and extracted to ${dir}`,
    });
    expect(readFileSync(join(dir, "tool"), "utf8")).toBe("inside");
  });

  test.each(["../../x", "/etc/x", ".", "out/x"])("never lie elsewhere: %s", async (targetDir) => {
    mkdirSync(join(home, "tools"));
    mkdirSync(join(home, "elsewhere"));
    symlinkSync(join(home, "elsewhere"), join(home, "tools", "out"));
    const own = installer({ install: [{ kind: "download", url, targetDir }], files: { [url]: "program" } });
    expect(await own.install("s", "download-0")).toMatchObject({
      ok: false,
      message: expect.stringContaining("targetDir must lie inside"),
    });
    expect(existsSync(join(home, "..", "x"))).toBe(false);
    expect(existsSync(join(home, "elsewhere", "x"))).toBe(false);
  });

  test("that fail leave nothing behind", async () => {
    const own = installer({ install: [{ kind: "download", url }] });
    expect(await own.install("s", "download-0")).toMatchObject({
      ok: false,
      message: "download failed: 404 Not Found",
    });
    const odd = installer({ install: [{ kind: "download", url, extract: true }] });
    expect(await odd.install("s", "download-0")).toMatchObject({
      message: "extract requested but archive type could not be detected",
    });
    expect(existsSync(join(home, "tools", "s"))).toBe(false);
  });
});

describe("what is offered", () => {
  const place = (has: readonly string[], config: SkillsConfig = {}) => ({
    config,
    platform: "linux" as const,
    hasBinary: (name: string) => has.includes(name),
  });
  const specs = readInstallSpecs([
    { kind: "apt", package: "jq" },
    { kind: "brew", formula: "jq", bins: "jq, jqq" },
    { kind: "node", package: "jq", os: ["darwin"] },
    { kind: "uv", package: "jq" },
  ]);
  test("is the best way; its number is its place in the file", () => {
    expect(installOptions(specs, place(["brew"]))).toEqual([
      { id: "brew-1", kind: "brew", label: "Install jq (brew)", bins: ["jq", "jqq"] },
    ]);
    expect(installOptions(specs, place([]))).toEqual([{ id: "uv-3", kind: "uv", label: "Install jq (uv)", bins: [] }]);
    const own = { skills: { install: { preferBrew: false } } };
    expect(installOptions(specs, place(["brew"], own))).toMatchObject([{ id: "uv-3" }]);
  });
  test("are all when all are downloads", () => {
    const downloads = readInstallSpecs([
      { kind: "download", url: "https://x.example/a.zip", id: "a" },
      { kind: "download", url: "https://x.example/b.zip", label: "B" },
    ]);
    expect(installOptions(downloads, place([])).map(({ id, label }) => [id, label])).toEqual([
      ["a", "Download a.zip"],
      ["download-1", "B"],
    ]);
    expect(installOptions([], place([]))).toEqual([]);
  });
});
