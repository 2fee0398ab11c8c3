import net, { type AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { linuxListeners, parseLsof } from "./port-listeners.ts";

describe("linuxListeners", () => {
  it.runIf(process.platform === "linux")("finds the process behind a listening port", async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    expect(linuxListeners(port).map(({ pid }) => pid)).toContain(process.pid);
    await new Promise((resolve) => server.close(resolve));
    expect(linuxListeners(port).map(({ pid }) => pid)).not.toContain(process.pid);
  });
});

describe("parseLsof", () => {
  it("reads process ids and names", () => {
    expect(parseLsof("p12\ncnode\nf20\np13\ncopenclaw\n")).toEqual([
      { pid: 12, command: "node" },
      { pid: 13, command: "openclaw" },
    ]);
    expect(parseLsof("")).toEqual([]);
  });
});
