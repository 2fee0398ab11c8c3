import { expect, it } from "vitest";
import { temporaryHome } from "./cli.ts";

const terminal = { terminal: true, answer: "" };

it("says what to do where there is no terminal", async () => {
  using home = temporaryHome();
  const { code, stdout, stderr } = await home.run(["tui"]);
  expect(code).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toContain("openclaw tui needs a terminal on its input and output.");
});

it("sends no configured credentials to an address given by hand", async () => {
  using home = temporaryHome();
  const { code, stderr } = await home.run(["tui", "--url", "ws://h:1"], terminal);
  expect(code).toBe(1);
  expect(stderr).toContain("gateway url override requires explicit credentials");
});

it("leaves the terminal alone when the Gateway cannot be reached", async () => {
  using home = temporaryHome();
  const { code, stdout, stderr } = await home.run(["tui", "--timeout-ms", "soon"], terminal);
  expect(code).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toContain('warning: invalid --timeout-ms "soon"; ignoring');
  expect(stderr).toContain("Gateway target: ws://127.0.0.1:9");
});

it("refuses a thinking level that does not exist", async () => {
  using home = temporaryHome();
  const { code, stderr } = await home.run(["tui", "--thinking", "loud"], terminal);
  expect(code).toBe(1);
  expect(stderr).toContain("--thinking");
});
