import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "@openclaw/log";
import { createModels, type ModelsConfig } from "@openclaw/models";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSandboxFiles } from "../sandbox/sandbox-files.ts";
import { openTestWeb, sendJson, type TestPage, type TestWeb } from "../testing/web-server.ts";
import { createImageTool } from "./image-tool.ts";
import type { ToolFiles } from "./tool-files.ts";

let dir: string;
let web: TestWeb;
let answer: TestPage;
let photo: Buffer;

beforeEach(async () => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), "openclaw-image-")));
  mkdirSync(join(dir, "workspace"));
  const background = { r: 10, g: 90, b: 200 };
  photo = await sharp({ create: { width: 30, height: 20, channels: 3, background } })
    .png()
    .toBuffer();
  answer = (_request, response) => sendJson(response, completion("A blue rectangle."));
  web = await openTestWeb((request, response) => answer(request, response));
});

afterEach(async () => {
  await web.close();
  rmSync(dir, { recursive: true, force: true });
});

const completion = (content: string) => ({
  id: "c1",
  created: 1,
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});

async function imageTool(
  options: { imageModel?: ModelsChoice; seeing?: string[]; files?: ToolFiles; maxMb?: number; gone?: boolean } = {},
) {
  const seeing = options.seeing ?? ["eyes"];
  const config: ModelsConfig = {
    agents: {
      defaults: {
        model: "local/blind",
        ...(options.imageModel === undefined ? {} : { imageModel: options.imageModel }),
      },
    },
    models: {
      providers: {
        local: {
          baseUrl: `${web.url}/v1`,
          api: "openai-completions",
          models: [{ id: "blind" }, ...seeing.map((id) => ({ id, input: ["text", "image"] as const }))],
        },
      },
    },
  };
  const models = createModels({ config: () => config, env: {}, log: silentLog, fetch });
  const { info } = await models.resolve({ provider: "local", model: "blind" });
  let asked = 0;
  return createImageTool({
    workspaceDir: join(dir, "workspace"),
    homeDir: dir,
    models: options.gone
      ? { ...models, imageModels: (active) => (asked++ === 0 ? models.imageModels(active) : []) }
      : models,
    active: info,
    maxMb: options.maxMb,
    guardedFetch: web.guardedFetch,
    ...(options.files === undefined ? {} : { files: options.files }),
  });
}

type ModelsChoice = string | { primary?: string; fallbacks?: readonly string[] };

async function look(params: Record<string, unknown>, options?: Parameters<typeof imageTool>[0]) {
  const tool = await imageTool(options);
  if (tool === undefined) throw new Error("the tool is not offered");
  const signal = new AbortController().signal;
  const { content, details } = await tool.execute(params, { toolCallId: "c", signal, onUpdate: () => {} });
  return { text: content[0]?.type === "text" ? content[0].text : "", details };
}

const put = (path: string, data: string | Buffer) => {
  mkdirSync(join(dir, path, ".."), { recursive: true });
  writeFileSync(join(dir, path), data);
};
const sent = (at = -1) => JSON.parse(web.requests.filter(({ method }) => method === "POST").at(at)?.body ?? "{}");

test("is offered only when a model sees", async () => {
  expect(await imageTool({ seeing: [] })).toBeUndefined();
  expect(await imageTool()).toMatchObject({ name: "image", readOnly: true });
});

describe("a picture", () => {
  test("is sent to the model that sees, with the question and a short answer asked for", async () => {
    put("workspace/a.png", photo);
    const { text, details } = await look({ image: "@a.png", prompt: "Which colour?" });
    expect(text).toBe("A blue rectangle.");
    expect(details).toEqual({ model: "local/eyes", image: "a.png", attempts: [] });
    expect(sent().model).toBe("eyes");
    expect(sent().max_tokens ?? sent().max_completion_tokens).toBe(512);
    expect(sent().messages).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "Which colour?" },
          { type: "image_url", image_url: { url: `data:image/png;base64,${photo.toString("base64")}` } },
        ],
      },
    ]);
  });

  test.each(["workspace", "home", "absolute", "file", "data", "web"])("may come from %s", async (from) => {
    put("workspace/a.png", photo);
    put("b.png", photo);
    const model = answer;
    answer = (request, response) => {
      if (request.method === "POST") model(request, response);
      else response.writeHead(200, { "content-type": "text/html" }).end(photo);
    };
    const references: Record<string, string> = {
      workspace: "a.png",
      home: "~/b.png",
      absolute: join(dir, "b.png"),
      file: `file://${join(dir, "b.png")}`,
      data: `data:image/png;base64,${photo.toString("base64")}`,
      web: "https://pictures.example/a.png".replace("https", "http"),
    };
    const { text, details } = await look({ image: references[from] });
    expect(text).toBe("A blue rectangle.");
    expect(JSON.stringify(details).length).toBeLessThan(300);
    expect(sent().messages[0].content[0].text).toBe("Describe the image.");
  });

  test("that is too large is sent smaller", async () => {
    const background = { r: 1, g: 2, b: 3 };
    put(
      "workspace/large.png",
      await sharp({ create: { width: 5000, height: 100, channels: 3, background } })
        .png()
        .toBuffer(),
    );
    await look({ image: "large.png", maxBytesMb: 1 });
    const url: string = sent().messages[0].content[1].image_url.url;
    expect(url.startsWith("data:image/jpeg;base64,")).toBe(true);
    expect((await sharp(Buffer.from(url.split(",")[1] ?? "", "base64")).metadata()).width).toBe(2000);
  });

  test("from a private address is not fetched", async () => {
    await expect(look({ image: "http://127.0.0.1/a.png" })).rejects.toThrow("Blocked: private/internal IP address");
    await expect(look({ image: "http://private.example/a.png" })).rejects.toThrow("Blocked: resolves to");
    expect(web.asked).toEqual([]);
  });
});

describe("what cannot be looked at", () => {
  test("is named", async () => {
    put("workspace/a.txt", "hello");
    put("workspace/a.pdf", "%PDF-1.7\n%....");
    put("workspace/a.wav", Buffer.concat([Buffer.from("RIFF\u0024\0\0\0WAVEfmt "), Buffer.alloc(200)]));
    put("workspace/a.png", photo);
    await expect(look({ image: " " })).rejects.toThrow("image required");
    await expect(look({ image: "a.txt" })).rejects.toThrow("Unsupported media type: document");
    await expect(look({ image: "a.pdf" })).rejects.toThrow("Unsupported media type: document");
    await expect(look({ image: "a.wav" })).rejects.toThrow("Unsupported media type: audio");
    await expect(look({ image: "nothing.png" })).rejects.toThrow("ENOENT");
    await expect(look({ image: "a.png", model: "local/blind" })).rejects.toThrow(
      "Model does not support images: local/blind",
    );
    await expect(look({ image: "a.png", model: "nobody/x" })).rejects.toThrow("Unknown model: nobody/x");
  });

  test("by its scheme is answered with the schemes that can", async () => {
    expect(await look({ image: "ftp://a.example/a.png" })).toEqual({
      text: "Unsupported image reference: ftp://a.example/a.png. Use a file path, a file:// URL, a data: URL, or an http(s) URL.",
      details: { error: "unsupported_image_reference", image: "ftp://a.example/a.png" },
    });
  });
});

describe("models", () => {
  test("that are no longer there are named by what to set", async () => {
    await expect(look({ image: `data:image/png;base64,${photo.toString("base64")}` }, { gone: true })).rejects.toThrow(
      "No image model configured. Set agents.defaults.imageModel.primary or agents.defaults.imageModel.fallbacks.",
    );
  });

  const imageModel = { primary: "local/eyes", fallbacks: ["local/more-eyes"] };
  const options = { imageModel, seeing: ["eyes", "more-eyes"] };

  test("are asked one after the other until one answers", async () => {
    put("workspace/a.png", photo);
    answer = (request, response) => {
      if (JSON.parse(request.body).model === "eyes") sendJson(response, { error: { message: "overloaded" } }, 503);
      else sendJson(response, completion("Seen."));
    };
    const { text, details } = await look({ image: "a.png" }, options);
    expect(text).toBe("Seen.");
    expect(details).toMatchObject({
      model: "local/more-eyes",
      attempts: [{ provider: "local", model: "eyes", error: expect.stringContaining("overloaded") }],
    });
  });

  test("that all fail are listed", async () => {
    put("workspace/a.png", photo);
    answer = (_request, response) => sendJson(response, { error: { message: "closed" } }, 500);
    await expect(look({ image: "a.png" }, options)).rejects.toThrow(
      /^All image models failed \(2\): local\/eyes: .*closed.* \| local\/more-eyes: .*closed/,
    );
  });
});

describe("in a sandbox", () => {
  const inSandbox = () => ({
    files: createSandboxFiles({
      roots: [{ dir: join(dir, "workspace"), mount: "/workspace", writable: true }],
      homeDir: dir,
      platform: process.platform,
    }),
  });

  test("only files of the sandbox are looked at, and nothing from the web", async () => {
    put("workspace/a.png", photo);
    put("secret.png", photo);
    symlinkSync(join(dir, "secret.png"), join(dir, "workspace/link.png"));
    expect((await look({ image: "a.png" }, inSandbox())).text).toBe("A blue rectangle.");
    await expect(look({ image: "../secret.png" }, inSandbox())).rejects.toThrow("Path escapes sandbox root");
    expect((await look({ image: "/workspace/a.png" }, inSandbox())).text).toBe("A blue rectangle.");
    await expect(look({ image: "link.png" }, inSandbox())).rejects.toThrow("Symlink not allowed in sandbox path");
    await expect(look({ image: "http://a.example/a.png" }, inSandbox())).rejects.toThrow(
      "Sandboxed image tool does not allow remote URLs.",
    );
  });

  test("a path of the host is found among the inbound media", async () => {
    put("workspace/media/inbound/cat.png", photo);
    const { details } = await look({ image: "/home/me/.openclaw/media/inbound/cat.png" }, inSandbox());
    expect(details).toMatchObject({ rewrittenFrom: "/home/me/.openclaw/media/inbound/cat.png" });
  });
});
