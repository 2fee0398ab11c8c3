import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "..");
const bin = path.join(root, "bin", "openclaw.js");
const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));

describe("bin/openclaw.js", () => {
  it("prints the version of its package", () => {
    for (const flag of ["--version", "-V", "-v"]) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [bin, flag], { encoding: "utf8" });
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
    }
  });

  it("runs commands and hands on their exit code", () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, "nosuchcommand"], { encoding: "utf8" });
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: "",
      stderr: "error: unknown command 'nosuchcommand'\n",
    });
  });

  it("tells a Node that is too old what to do", () => {
    const pretend = 'Object.defineProperty(process.versions, "node", { value: "20.11.0" });';
    const preload = `data:text/javascript,${encodeURIComponent(pretend)}`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", preload, bin, "status"], {
      encoding: "utf8",
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    const lines = stderr.trim().split("\n");
    expect(lines).toHaveLength(5);
    expect(lines[0]).toBe("openclaw needs Node 22.18 or newer: install it and run the command again.");
    expect(lines[2]).toContain("20.11.0");
  });

  it("ends quietly when the reader of its output goes away", () => {
    const { status, stderr } = spawnSync("sh", ["-c", `"${process.execPath}" "${bin}" help | head -1 >/dev/null`], {
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});
