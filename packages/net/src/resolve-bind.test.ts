import { createServer } from "node:http";
import { networkInterfaces } from "node:os";
import { expect, it } from "vitest";
import { resolveBind } from "./index.ts";

const loopback = { lo: [{ address: "127.0.0.1" }, { address: "::1" }] };
const home = { ...loopback, eth0: [{ address: "192.168.1.20" }, { address: "fe80::1%eth0" }] };
const tailnet = { ...home, tailscale0: [{ address: "fd7a:115c:a1e0::1" }, { address: "100.101.102.103" }] };

it("binds loopback in both families, ::1 only where the machine has it", () => {
  for (const mode of ["loopback", "auto"] as const) {
    expect(resolveBind({ mode, interfaces: tailnet })).toEqual({
      ok: true,
      addresses: ["127.0.0.1", "::1"],
      exposed: false,
    });
    expect(resolveBind({ mode, interfaces: {} })).toEqual({ ok: true, addresses: ["127.0.0.1"], exposed: false });
  }
});

it("binds every interface for lan, and only the tailnet address for tailnet", () => {
  expect(resolveBind({ mode: "lan", interfaces: home })).toEqual({ ok: true, addresses: ["0.0.0.0"], exposed: true });
  expect(resolveBind({ mode: "tailnet", interfaces: tailnet })).toEqual({
    ok: true,
    addresses: ["100.101.102.103"],
    exposed: true,
  });
});

it("refuses tailnet without a tailnet address instead of listening elsewhere", () => {
  const near = { ...home, eth1: [{ address: "100.128.0.1" }, { address: "100.63.255.255" }] };
  expect(resolveBind({ mode: "tailnet", interfaces: near })).toMatchObject({ ok: false, code: "bind-no-tailnet" });
});

it("binds a custom address that the machine has", () => {
  const custom = (customHost: string | undefined) => resolveBind({ mode: "custom", customHost, interfaces: home });
  expect(custom("192.168.1.20")).toEqual({ ok: true, addresses: ["192.168.1.20"], exposed: true });
  expect(custom("127.0.0.2")).toEqual({ ok: true, addresses: ["127.0.0.2"], exposed: false });
  expect(custom("0.0.0.0")).toMatchObject({ ok: true, exposed: true });
  expect(custom(undefined)).toMatchObject({ ok: false, code: "bind-custom-missing" });
  expect(custom(" ")).toMatchObject({ ok: false, code: "bind-custom-missing" });
  for (const bad of ["localhost", "192.168.1", "0x7f.0.0.1", "::1", "192.168.1.300"]) {
    expect(custom(bad), bad).toMatchObject({ ok: false, code: "bind-custom-invalid" });
  }
  const absent = custom("192.168.1.21");
  expect(absent).toMatchObject({ ok: false, code: "bind-custom-absent" });
  expect(absent.ok ? "" : absent.message).toContain("192.168.1.20");
});

it("gives loopback addresses that can be listened on here", async () => {
  const resolved = resolveBind({ mode: "loopback", interfaces: networkInterfaces() });
  if (!resolved.ok) throw new Error(resolved.message);
  for (const host of resolved.addresses) {
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, host, resolve));
    await new Promise((resolve) => server.close(resolve));
  }
});
