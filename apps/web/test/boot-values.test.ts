import { describe, expect, it } from "vitest";
import { bootScriptPaths, loadBootValues, readBootValues } from "../src/boot/boot-values.ts";

/** A page whose scripts exist at the given paths and set the boot values. */
function page(pathname: string, scripts: Record<string, Partial<Window>>) {
  const asked: string[] = [];
  const fake = {
    location: { pathname },
    document: {
      createElement: () => {
        const listeners: Record<string, () => void> = {};
        return {
          src: "",
          listeners,
          addEventListener: (name: string, listener: () => void) => Object.assign(listeners, { [name]: listener }),
        };
      },
      head: {
        append(script: { src: string; listeners: Record<string, () => void> }) {
          asked.push(script.src);
          const values = scripts[script.src];
          if (values) Object.assign(fake, values);
          queueMicrotask(() => script.listeners[values ? "load" : "error"]?.());
        },
      },
    },
  };
  return { window: fake as unknown as Window, asked };
}

const values = {
  __OPENCLAW_CONTROL_UI_BASE_PATH__: "/claw",
  __OPENCLAW_ASSISTANT_NAME__: "Ada",
  __OPENCLAW_ASSISTANT_AVATAR__: "🦞",
};

describe("boot values", () => {
  it("are read from what boot.js has set, with defaults for what is missing", () => {
    expect(readBootValues(values as unknown as Window)).toEqual({
      basePath: "/claw",
      assistantName: "Ada",
      assistantAvatar: "🦞",
    });
    expect(readBootValues({ __OPENCLAW_CONTROL_UI_BASE_PATH__: "" } as unknown as Window)).toEqual({
      basePath: "",
      assistantName: "Assistant",
      assistantAvatar: "A",
    });
    expect(readBootValues({} as Window)).toBeUndefined();
  });

  it("are looked for in the folders above a deeper address", () => {
    expect(bootScriptPaths("/")).toEqual([]);
    expect(bootScriptPaths("/chat")).toEqual([]);
    expect(bootScriptPaths("/claw/chat")).toEqual(["/__openclaw__/boot.js"]);
    expect(bootScriptPaths("/claw/a/b")).toEqual(["/claw/__openclaw__/boot.js", "/__openclaw__/boot.js"]);
  });

  it("are found at the base path of a deeper address, and nothing is asked for twice", async () => {
    const deep = page("/claw/a/b", { "/claw/__openclaw__/boot.js": values as Partial<Window> });
    expect(await loadBootValues(deep.window)).toMatchObject({ basePath: "/claw", assistantName: "Ada" });
    expect(deep.asked).toEqual(["/claw/__openclaw__/boot.js"]);

    const plain = page("/claw/chat", {});
    Object.assign(plain.window, values);
    await loadBootValues(plain.window);
    expect(plain.asked).toEqual([]);
  });

  it("have defaults when there is no boot.js anywhere", async () => {
    expect(await loadBootValues(page("/a/b", {}).window)).toMatchObject({ basePath: "", assistantName: "Assistant" });
  });
});
