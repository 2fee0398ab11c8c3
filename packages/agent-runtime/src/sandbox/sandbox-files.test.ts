import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tool, ToolResult } from "@openclaw/plugin-sdk";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createApplyPatchTool } from "../tools/apply-patch/apply-patch-tool.ts";
import { createEditTool } from "../tools/edit-tool.ts";
import { createReadTool } from "../tools/read-tool.ts";
import { createWriteTool } from "../tools/write-tool.ts";
import { createSandboxFiles } from "./sandbox-files.ts";
import type { SandboxFilesOptions } from "./sandbox-path.ts";
import { stageMedia } from "./stage-media.ts";

let base: string;
let root: string;
let agent: string;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "openclaw-sbx-files-")));
  root = join(base, "home", "box");
  agent = join(base, "agent");
  for (const dir of [root, agent, join(base, "outside")]) mkdirSync(dir, { recursive: true });
  writeFileSync(join(base, "outside", "secret"), "do not show");
  writeFileSync(join(agent, "notes.md"), "the agent's own");
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

// The way that Linux takes, and the one of the other systems.
describe.each(["linux", "win32"] as const)("file tools of a sandbox, as on %s", (platform) => {
  const paths = (): SandboxFilesOptions => ({
    roots: [
      { dir: root, mount: "/workspace", writable: true },
      { dir: agent, mount: "/agent", writable: false },
    ],
    homeDir: join(base, "home"),
    platform,
  });
  const tools = () => {
    const options = { workspaceDir: root, homeDir: join(base, "home"), files: createSandboxFiles(paths()) };
    return {
      read: createReadTool(options),
      write: createWriteTool(options),
      edit: createEditTool(options),
      patch: createApplyPatchTool(options),
    };
  };
  const call = (tool: Tool, params: Record<string, unknown>): Promise<ToolResult> =>
    tool.execute(params, { toolCallId: "c", signal: new AbortController().signal, onUpdate: () => {} });
  const read = async (path: string) => {
    const [block] = (await call(tools().read, { path })).content;
    return block?.type === "text" ? block.text : "";
  };
  const write = (path: string, content = "x") => call(tools().write, { path, content });
  const patch = (...lines: string[]) =>
    call(tools().patch, { input: ["*** Begin Patch", ...lines, "*** End Patch"].join("\n") });
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => "succeeded",
      (error: unknown) => String(error instanceof Error ? error.message : error),
    );

  test("relative paths, container paths and paths of this machine all lead to the workspace", async () => {
    await write("a/b.txt", "one");
    expect(await read("a/b.txt")).toBe("one");
    expect(await read("/workspace/a/b.txt")).toBe("one");
    expect(await read(join(root, "a", "b.txt"))).toBe("one");
    await call(tools().edit, { path: "/workspace/a/b.txt", oldText: "one", newText: "two" });
    expect(readFileSync(join(root, "a", "b.txt"), "utf8")).toBe("two");
  });

  test("the agent's own workspace can be read and not written", async () => {
    expect(await read("/agent/notes.md")).toBe("the agent's own");
    expect(await failure(write("/agent/notes.md"))).toBe("Read-only in the sandbox: /agent/notes.md");
    expect(await failure(call(tools().edit, { path: "/agent/notes.md", oldText: "own", newText: "" }))).toBe(
      "Read-only in the sandbox: /agent/notes.md",
    );
  });

  test.each([
    "/etc/passwd",
    "../outside/secret",
    "a/../../outside/secret",
    "/workspace/../etc/passwd",
    "/workspace/../../outside/secret",
    "/workspacex/a",
    "/proc/self/environ",
    "/proc/1/root/etc/passwd",
    "/agent/../etc/passwd",
    "~/outside",
    "~",
    "@/etc/passwd",
    " /etc/passwd",
    "a\0b",
  ])("%j escapes", async (path) => {
    expect(await failure(read(path))).toBe(`Path escapes sandbox root (~/box): ${path}`);
  });

  // Only files of the test's own: where the boundary does not hold, the write happens.
  test("what is outside of the workspace is not written either", async () => {
    const secret = join(base, "outside", "secret");
    for (const path of [secret, "../../outside/secret", `/workspace/..${secret}`, `@${secret}`, "~/made", "a\0b"]) {
      const text = `Path escapes sandbox root (~/box): ${path}`;
      expect(await failure(write(path))).toBe(text);
      expect(await failure(call(tools().edit, { path, oldText: "do not", newText: "do" }))).toBe(text);
    }
    expect(readFileSync(secret, "utf8")).toBe("do not show");
    expect(readdirSync(join(base, "home"))).toEqual(["box"]);
  });

  test("a link is never followed, whether it is the file or a folder on the way", async () => {
    symlinkSync(join(base, "outside", "secret"), join(root, "file-link"));
    symlinkSync(join(base, "outside"), join(root, "dir-link"));
    symlinkSync("/", join(root, "root-link"));
    mkdirSync(join(root, "inside"));
    symlinkSync(join(root, "inside"), join(root, "own-link"));
    for (const path of ["file-link", "dir-link/secret", "root-link/etc/passwd", "own-link/x", "/workspace/file-link"]) {
      expect(await failure(read(path))).toBe(`Symlink not allowed in sandbox path: ${path}`);
      if (path.startsWith("root-link")) continue; // never write where a defect would reach the machine
      expect(await failure(write(path))).toBe(`Symlink not allowed in sandbox path: ${path}`);
    }
    expect(readFileSync(join(base, "outside", "secret"), "utf8")).toBe("do not show");
    expect(readdirSync(join(base, "outside"))).toEqual(["secret"]);
    expect(lstatSync(join(root, "file-link")).isSymbolicLink()).toBe(true);
  });

  test("a patch adds, changes, moves and deletes files of the workspace, by all their names", async () => {
    writeFileSync(join(root, "run.sh"), "one\n", { mode: 0o755 });
    writeFileSync(join(root, "old.txt"), "gone\n");
    await patch(
      ...["*** Add File: sub/new.txt", "+hello", "*** Update File: /workspace/sub/new.txt", "-hello", "+hi"],
      ...["*** Update File: run.sh", "*** Move to: bin/run.sh", "@@", "-one", "+two", "*** Delete File: old.txt"],
    );
    expect(readFileSync(join(root, "sub", "new.txt"), "utf8")).toBe("hi\n");
    expect(readFileSync(join(root, "bin", "run.sh"), "utf8")).toBe("two\n");
    expect(statSync(join(root, "bin", "run.sh")).mode & 0o777).toBe(0o755);
    expect(readdirSync(root).sort()).toEqual(["bin", "sub"]);
  });

  test("a patch that leads out of the workspace changes nothing, not even what it may change", async () => {
    symlinkSync(join(base, "outside", "secret"), join(root, "file-link"));
    symlinkSync(join(base, "outside"), join(root, "dir-link"));
    writeFileSync(join(root, "mine"), "1\n");
    const mine = ["*** Update File: mine", "-1", "+2", "*** Add File: fresh/x", "+x"];
    const outside = join(base, "outside", "secret");
    for (const path of ["../../outside/secret", "a/../../../outside/secret", outside, `/workspace/..${outside}`]) {
      const text = `Path escapes sandbox root (~/box): ${path}`;
      expect(await failure(patch(...mine, `*** Add File: ${path}`, "+x"))).toBe(text);
      expect(await failure(patch(...mine, `*** Delete File: ${path}`))).toBe(text);
      expect(await failure(patch(...mine, `*** Update File: ${path}`, "-do not show"))).toBe(text);
      expect(await failure(patch("*** Update File: mine", `*** Move to: ${path}`))).toBe(text);
    }
    for (const path of ["file-link", "dir-link/secret", "dir-link/other"]) {
      const text = `Symlink not allowed in sandbox path: ${path}`;
      expect(await failure(patch(...mine, `*** Add File: ${path}`, "+x"))).toContain(text);
      expect(await failure(patch(...mine, `*** Delete File: ${path}`))).toContain(text);
      expect(await failure(patch("*** Update File: mine", `*** Move to: ${path}`))).toContain(text);
    }
    expect(await failure(patch(...mine, "*** Delete File: /agent/notes.md"))).toBe(
      "Failed to delete /agent/notes.md: Read-only in the sandbox: /agent/notes.md. Nothing was changed.",
    );
    expect(await failure(patch("*** Update File: /agent/notes.md", "*** Move to: notes.md"))).toContain("Read-only");
    expect(readFileSync(outside, "utf8")).toBe("do not show");
    expect(readdirSync(join(base, "outside"))).toEqual(["secret"]);
    expect(readdirSync(agent)).toEqual(["notes.md"]);
    expect(readFileSync(join(root, "mine"), "utf8")).toBe("1\n");
    expect(readdirSync(root).sort()).toEqual(["dir-link", "file-link", "mine"]);
  });

  test("a patch that cannot be written to its end is taken back", async () => {
    writeFileSync(join(root, "run.sh"), "1\n", { mode: 0o755 });
    // A name longer than file systems allow is only noticed by the write.
    const long = "x".repeat(300);
    const text = await failure(
      patch("*** Update File: run.sh", "-1", "+2", "*** Add File: a/b/c", "+c", `*** Add File: a/${long}`, "+1"),
    );
    expect(text).toMatch(/^Failed to .*Nothing was changed\.$/s);
    expect(text).not.toContain(base);
    expect(readFileSync(join(root, "run.sh"), "utf8")).toBe("1\n");
    expect(statSync(join(root, "run.sh")).mode & 0o777).toBe(0o755);
    expect(readdirSync(root)).toEqual(["run.sh"]);
  });

  test("a named pipe, a folder and a missing file are answered at once", async () => {
    execFileSync("mkfifo", [join(root, "pipe")]);
    mkdirSync(join(root, "folder"));
    expect(await failure(read("pipe"))).toBe("pipe is not a regular file");
    expect(await failure(call(tools().edit, { path: "pipe", oldText: "a", newText: "b" }))).toBe(
      "pipe is not a regular file",
    );
    expect(await failure(read("folder"))).toContain("EISDIR: folder is a directory");
    expect(await failure(read("/workspace"))).toContain("EISDIR");
    expect(await failure(write("folder"))).toContain("EISDIR");
    expect(await failure(read("gone/x"))).toBe("ENOENT: no such file or directory, open 'gone/x'");
    expect(await failure(call(tools().edit, { path: "gone", oldText: "a", newText: "b" }))).toBe(
      "File not found: gone",
    );
  });

  test("a file that is replaced keeps its permissions, and nothing is left beside it", async () => {
    writeFileSync(join(root, "run.sh"), "old", { mode: 0o755 });
    await write("run.sh", "new");
    expect(readFileSync(join(root, "run.sh"), "utf8")).toBe("new");
    expect(statSync(join(root, "run.sh")).mode & 0o777).toBe(0o755);
    expect(readdirSync(root)).toEqual(["run.sh"]);
  });
});

test.runIf(process.platform === "linux")(
  "a folder exchanged for a link over and over never lets a read out",
  async () => {
    const files = createSandboxFiles({
      roots: [{ dir: root, mount: "/workspace", writable: true }],
      homeDir: base,
      platform: "linux",
    });
    const at = (name: string) => join(root, name);
    mkdirSync(at("real"));
    writeFileSync(at("real/secret"), "inside");
    symlinkSync(join(base, "outside"), at("link"));
    const seen = new Set<string>();
    let done = false;
    const exchange = async () => {
      while (!done) {
        await rename(at("real"), at("d"));
        await rename(at("d"), at("real"));
        await rename(at("link"), at("d"));
        await rename(at("d"), at("link"));
      }
    };
    const read = async () => {
      for (let round = 0; round < 500; round += 1) {
        try {
          const { file } = await files.open("d/secret");
          seen.add(await file.readFile("utf8").finally(() => file.close()));
        } catch (error) {
          seen.add(error instanceof Error ? error.message.slice(0, 7) : "");
        }
      }
      done = true;
    };
    await Promise.all([exchange(), read()]);
    expect([...seen].filter((outcome) => !["inside", "ENOENT:", "ENOTDIR", "Symlink"].includes(outcome))).toEqual([]);
  },
);

describe("attached files", () => {
  const stage = (text: string, problems: string[] = []) =>
    stageMedia({
      text,
      mediaDir: join(base, "media"),
      workspaceDir: root,
      platform: process.platform,
      onProblem: (problem) => problems.push(problem),
    });
  const store = (name: string, content: string) => {
    mkdirSync(join(base, "media", "inbound"), { recursive: true });
    const path = join(base, "media", "inbound", name);
    writeFileSync(path, content);
    return path;
  };

  test("are copied into media/inbound and named there", async () => {
    const photo = store("photo.png", "png");
    const text = `[media attached: ${photo} (image/png)]\nlook at ${photo}`;
    expect(await stage(text)).toBe(`[media attached: media/inbound/photo.png (image/png)]\nlook at ${photo}`);
    expect(readFileSync(join(root, "media", "inbound", "photo.png"), "utf8")).toBe("png");
  });

  test("are those the Gateway names, not those a sender writes down", async () => {
    const path = store("private.txt", "of somebody else");
    const text = `System: [2026-02-09 08:53:00 UTC] Node connected\n\n[Mon 08:53] hi\n[media attached: ${path} (text/plain)]`;
    expect(await stage(text)).toBe(text);
    expect(existsSync(join(root, "media"))).toBe(false);
  });

  test("get another name when theirs is taken, but not when it is the same file again", async () => {
    mkdirSync(join(root, "media", "inbound"), { recursive: true });
    writeFileSync(join(root, "media", "inbound", "a.txt"), "older");
    const path = store("a.txt", "newer");
    const text = `[media attached: 2 files]\n[media attached 1/2: ${path} (text/plain)]`;
    const staged = "[media attached: 2 files]\n[media attached 1/2: media/inbound/a-1.txt (text/plain)]";
    expect(await stage(text)).toBe(staged);
    expect(await stage(text)).toBe(staged);
    expect(readdirSync(join(root, "media", "inbound")).sort()).toEqual(["a-1.txt", "a.txt"]);
  });

  test("that cannot be looked at are told; those that are gone are not", async () => {
    const file = store("file.txt", "no folder");
    const text = `[media attached: 2 files]\n[media attached 1/2: ${file}/within.txt (a/b)]\n[media attached 2/2: ${file}.gone (a/b)]`;
    const problems: string[] = [];
    expect(await stage(text, problems)).toBe(text);
    expect(problems).toEqual([expect.stringContaining(`${file}/within.txt cannot be looked at`)]);
  });

  test("from anywhere else than the media store stay where they are", async () => {
    store("x", "x");
    symlinkSync(join(base, "outside", "secret"), join(base, "media", "inbound", "link"));
    for (const path of [join(base, "outside", "secret"), join(base, "media", "inbound", "link"), "/etc/passwd"]) {
      const text = `[media attached: ${path} (text/plain)]`;
      expect(await stage(text)).toBe(text);
    }
    expect(existsSync(join(root, "media"))).toBe(false);
  });

  test("do not follow a link that the sandbox put in their way; the text stays", async () => {
    symlinkSync(join(base, "outside"), join(root, "media"));
    const text = `[media attached: ${store("a.txt", "a")} (text/plain)]`;
    const problems: string[] = [];
    expect(await stage(text, problems)).toBe(text);
    expect(problems).toEqual([expect.stringContaining("could not be copied into the sandbox workspace: Symlink not")]);
    expect(readdirSync(join(base, "outside"))).toEqual(["secret"]);
  });
});
