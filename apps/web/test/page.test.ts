import fs from "node:fs";
import path from "node:path";
import { webRoot } from "@openclaw/web";
import { describe, expect, it } from "vitest";
import { gatewayUrl } from "../src/gateway/page-gateway.ts";

const root = path.resolve(import.meta.dirname, "..");

describe("the page", () => {
  it("has no inline script or style and names everything relative to itself", () => {
    const html = fs.readFileSync(path.join(root, "index.html"), "utf8");
    for (const [, attributes = "", body = ""] of html.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)) {
      expect(body).toBe("");
      expect(attributes).toMatch(/ src="\.\//);
    }
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/);
    expect(html.indexOf("boot.js")).toBeLessThan(html.indexOf("main.tsx"));
  });

  it("is built into the folder that webRoot names", () => {
    expect(webRoot()).toBe(path.join(root, "dist", "ui"));
  });

  it("connects to the Gateway that served it, below its base path", () => {
    expect(new URL(gatewayUrl({ protocol: "https:", host: "h:1" }, "/claw")).origin).toBe("wss://h:1");
    expect(new URL(gatewayUrl({ protocol: "http:", host: "127.0.0.1:18789" }, "")).origin).toBe("ws://127.0.0.1:18789");
  });
});
