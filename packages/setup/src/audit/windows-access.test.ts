import { describe, expect, it } from "vitest";
import { temporaryInstallation } from "../testing/temporary-installation.ts";
import { readAccessList, windowsAccess } from "./windows-access.ts";

const user = "DESK\\ann";

describe("windowsAccess", () => {
  it("reads who besides the owner and the system can do what", () => {
    const list = [
      "C:\\Users\\ann\\.openclaw BUILTIN\\Users:(OI)(CI)(RX)",
      "                       DESK\\bob:(M)",
      "                       NT AUTHORITY\\SYSTEM:(OI)(CI)(F)",
      "                       DESK\\ann:(OI)(CI)(F)",
      "",
      "Successfully processed 1 files; Failed processing 0 files",
    ].join("\r\n");
    expect(readAccessList(list, "C:\\Users\\ann\\.openclaw", user)).toEqual({
      worldReadable: true,
      worldWritable: false,
      groupReadable: true,
      groupWritable: true,
      text: "access for BUILTIN\\Users:(OI)(CI)(RX), DESK\\bob:(M)",
    });
  });

  it("takes an entry that denies for no access", () => {
    expect(readAccessList("f Everyone:(DENY)(F)\r\n  DESK\\ann:(F)", "f", user)).toMatchObject({
      worldReadable: false,
      text: "access for the owner alone",
    });
  });

  it("leaves a file to its owner and the system", async () => {
    const calls: (readonly string[])[] = [];
    const { paths } = temporaryInstallation();
    const access = windowsAccess({
      user,
      run: async (program, args) => {
        calls.push([program, ...args]);
        return `${paths.stateDir} Everyone:(OI)(CI)(F)`;
      },
    });
    expect(await access.inspect(paths.stateDir)).toMatchObject({ kind: "directory", worldWritable: true });
    expect(await access.inspect(`${paths.stateDir}-none`)).toBeUndefined();
    await access.close(paths.stateDir, "directory");
    expect(calls.at(-1)).toEqual([
      "icacls",
      paths.stateDir,
      "/inheritance:r",
      "/grant:r",
      "DESK\\ann:(OI)(CI)F",
      "/grant:r",
      "*S-1-5-18:(OI)(CI)F",
    ]);
    expect(access.remedy("C:\\x", "file")).toMatch(/^icacls "C:\\x" "\/inheritance:r"/);
  });
});
