import crypto from "node:crypto";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { CheckFailure, excerpt, expect } from "./check-report.mjs";
import { createDevice } from "./raw-client.mjs";

/** How long something may take to happen, ms. */
const PATIENCE_MS = 30_000;

/** The published client of protocol 4, driven the way a program of its users would. */
export async function checkPublishedClient({ gateway, reference, report }) {
  const { check } = report;
  report.section("@openclaw/gateway-client 2026.9.1, protocol 4");
  const { GatewayClient } = await import(pathToFileURL(path.join(reference.client, "dist", "index.mjs")).href);
  const device = createDevice();
  const main = openClient(GatewayClient, gateway, { device, token: gateway.token });
  let deviceToken;

  await check("connects with a device identity and stores the device token", async () => {
    const hello = await main.hello(1);
    expect(hello.protocol === 4 && hello.server.bootId, "protocol 4 with a boot id", hello.server);
    expect(hello.auth.role === "operator" && hello.auth.method === "token", "role and method", {
      ...hello.auth,
      deviceToken: undefined,
    });
    expect(
      main.stored.length === 1 && main.stored[0].role === "operator",
      "one stored device token",
      main.stored.length,
    );
    deviceToken = main.stored[0].token;
  });

  await check("chat.send: the text rebuilt from deltaText and replace is the final one", async () => {
    const { runId, final, deltas } = await main.chat("compat-v4", "slow:60 the published client");
    expect(deltas.length >= 2, "at least two deltas", deltas.length);
    expect(
      deltas.every((delta) => textOf(delta) !== ""),
      "the whole text in each delta too",
      deltas[0],
    );
    const text = textOf(final);
    expect(text.startsWith("slow reply to the published client"), "the model's words", text);
    expect(rebuilt(deltas) === text, "the rebuilt text to be the final one", { rebuilt: rebuilt(deltas), text });
    const terminal = main
      .events("chat")
      .filter((payload) => payload.runId === runId && ["final", "error", "aborted"].includes(payload.state));
    expect(terminal.length === 1, "one terminal event", terminal);
    return `${deltas.length} deltas`;
  });

  await check("chat.send: a fast model's text is rebuilt completely too", async () => {
    const { final, deltas } = await main.chat("compat-v4", "long:400");
    const text = textOf(final);
    expect(text.split(" ").length === 400, "400 words", text.split(" ").length);
    expect(rebuilt(deltas) === text, "the rebuilt text to be the final one", {
      end: rebuilt(deltas).slice(-40),
      wanted: text.slice(-40),
    });
  });

  await check("agent with expectFinal: accepted once, then the result", async () => {
    const accepted = [];
    const params = { sessionKey: "compat-v4", message: "wait for the end", idempotencyKey: crypto.randomUUID() };
    const result = await main.client.request("agent", params, {
      expectFinal: true,
      onAccepted: (payload) => accepted.push(payload),
    });
    expect(accepted.length === 1 && accepted[0].status === "accepted", "accepted once", accepted);
    expect(
      accepted[0].sessionKey === "agent:main:compat-v4" && accepted[0].agentId === "main",
      "session and agent",
      accepted,
    );
    expect(result.status === "ok" && result.result.payloads[0].text.includes("wait for the end"), "the answer", result);
  });

  await check("a tool call runs and its answer holds both texts", async () => {
    const { final } = await main.chat("compat-v4-tool", 'tool:exec {"command":"echo made-by-the-tool"}');
    expect(textOf(final).includes("made-by-the-tool"), "what the tool printed", textOf(final));
  });

  await check("sessions.list, config.get, chat.history, models.list, agents.list, status", async () => {
    const { sessions, totalCount, hasMore } = await main.client.request("sessions.list", {});
    expect(
      sessions.some(({ key }) => key === "agent:main:compat-v4"),
      "our session in the list",
      sessions.map(({ key }) => key),
    );
    expect(typeof totalCount === "number" && hasMore === false, "the counts of protocol 4", { totalCount, hasMore });
    const config = await main.client.request("config.get", {});
    expect(
      config.valid && config.path === gateway.configPath && /^[0-9a-f]{64}$/.test(config.hash),
      "path, hash, valid",
      { ...config, raw: undefined, config: undefined, parsed: undefined },
    );
    expect(
      gateway.secrets.every((secret) => !JSON.stringify(config).includes(secret)),
      "no secret in the answer",
    );
    const history = await main.client.request("chat.history", { sessionKey: "compat-v4" });
    expect(history.sessionKey === "compat-v4", "the session key as it was sent", history.sessionKey);
    expect(
      history.messages.filter(({ role }) => role === "user").length === 3,
      "the three messages",
      history.messages.length,
    );
    const { models } = await main.client.request("models.list", {});
    expect(
      models.some(({ id, provider }) => id === "fake-1" && provider === "fake"),
      "the configured model",
      models.length,
    );
    const { agents } = await main.client.request("agents.list", {});
    expect(agents.length === 1 && agents[0].id === "main", "the agent", agents);
    const status = await main.client.request("status", {});
    expect(status.sessions.count >= 2, "the sessions counted", status.sessions.count);
  });

  await check("chat.abort: aborted with the partial text, agent.wait resolves", async () => {
    const runId = crypto.randomUUID();
    await main.client.request("chat.send", {
      sessionKey: "compat-v4",
      message: "slow:200 stop me",
      idempotencyKey: runId,
    });
    await main.event("chat", (payload) => payload.runId === runId && payload.state === "delta");
    const aborted = await main.client.request("chat.abort", { sessionKey: "compat-v4", runId });
    expect(aborted.aborted && aborted.runIds.join() === runId, "aborted", aborted);
    const event = await main.event("chat", (payload) => payload.runId === runId && payload.state === "aborted");
    expect(textOf(event).startsWith("slow"), "the partial text", event);
    const waited = await main.client.request("agent.wait", { runId, timeoutMs: 5000 });
    expect(waited.status === "error" && waited.error === "aborted", "aborted", waited);
  });

  await check("a refused request rejects with code and message", async () => {
    const unknown = await refusal(main.client.request("no.such.method", {}));
    expect(
      unknown.gatewayCode === "INVALID_REQUEST" && unknown.message.includes("unknown method"),
      "unknown method",
      unknown,
    );
    const reader = openClient(GatewayClient, gateway, {
      device: createDevice(),
      token: gateway.token,
      scopes: ["operator.read"],
    });
    try {
      await reader.hello(1);
      const params = { sessionKey: "main", message: "x", idempotencyKey: crypto.randomUUID() };
      const forbidden = await refusal(reader.client.request("chat.send", params));
      expect(
        forbidden.gatewayCode === "FORBIDDEN" && forbidden.details?.missingScope === "operator.write",
        "FORBIDDEN",
        forbidden,
      );
    } finally {
      await reader.client.stopAndWait();
    }
  });

  await check("the stored device token connects without the shared token", async () => {
    const again = openClient(GatewayClient, gateway, { device, deviceToken });
    try {
      const hello = await again.hello(1);
      expect(hello.auth.method === "device-token", "method device-token", hello.auth.method);
    } finally {
      await again.client.stopAndWait();
    }
  });

  await check("a wrong token is refused for good: the client stops trying", async () => {
    const stranger = openClient(GatewayClient, gateway, { device: createDevice(), token: "wrong" });
    try {
      const paused = await stranger.until(() => stranger.paused[0], "the pause of reconnecting");
      expect(paused.detailCode === "AUTH_TOKEN_MISMATCH", "AUTH_TOKEN_MISMATCH", paused);
    } finally {
      await stranger.client.stopAndWait();
    }
  });

  await check("reconnects by itself after our Gateway was started again on its port", async () => {
    const ended = await gateway.stop();
    expect(ended.code === 0, "our Gateway to end with code 0", ended);
    const close = await main.until(() => main.closes[0], "the close");
    expect(close.code === 1012 && close.reason === "service restart", "1012 service restart", close);
    expect(main.events("shutdown").length === 1, "one shutdown event before it", main.events("shutdown").length);
    await gateway.start();
    await main.hello(2);
    const { final } = await main.chat("compat-v4", "after the restart");
    expect(textOf(final).includes("after the restart"), "a turn after the restart", textOf(final));
    const { messages } = await main.client.request("chat.history", { sessionKey: "compat-v4" });
    expect(messages.filter(({ role }) => role === "user").length === 5, "every message of before", messages.length);
  });

  await check("no gap was reported, no error callback came, nothing was logged as an error", () => {
    const { gaps, errors, paused, logged } = main;
    // While the port was closed the client may report that it could not connect; nothing else.
    const unexpected = errors.filter((message) => !/ECONNREFUSED/.test(message));
    expect(gaps.length === 0, "no gap", gaps);
    expect(unexpected.length === 0 && paused.length === 0, "no error callback", { unexpected, paused });
    expect(logged.filter((message) => !/ECONNREFUSED/.test(message)).length === 0, "no logged error", logged);
  });

  await main.client.stopAndWait();
}

/** One published client with everything it reports kept. */
function openClient(GatewayClient, gateway, { device, token, deviceToken, scopes }) {
  const seen = { events: [], hellos: [], closes: [], gaps: [], errors: [], paused: [], stored: [], logged: [] };
  const waiting = new Set();
  const note = (list) => (entry) => {
    list.push(entry);
    for (const attempt of waiting) attempt();
  };
  const until = (look, what) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(attempt);
        const { errors, closes, paused } = seen;
        reject(
          new CheckFailure(
            `${what} did not come within ${PATIENCE_MS} ms; seen: ${excerpt({ errors, closes, paused })}`,
          ),
        );
      }, PATIENCE_MS);
      const attempt = () => {
        const found = look();
        if (found === undefined) return;
        clearTimeout(timer);
        waiting.delete(attempt);
        resolve(found);
      };
      waiting.add(attempt);
      attempt();
    });

  const client = new GatewayClient({
    url: gateway.url,
    ...(token ? { token } : {}),
    ...(deviceToken ? { deviceToken } : {}),
    scopes: scopes ?? ["operator.admin"],
    caps: ["tool-events"],
    deviceIdentity: {
      deviceId: device.deviceId,
      publicKeyPem: device.publicKeyPem,
      privateKeyPem: device.privateKeyPem,
    },
    hostDeps: {
      signDevicePayload: (_privateKeyPem, payload) => device.sign(payload),
      publicKeyRawBase64UrlFromPem: () => device.publicKey,
      storeDeviceAuthToken: note(seen.stored),
      logError: note(seen.logged),
    },
    onEvent: note(seen.events),
    onHelloOk: note(seen.hellos),
    onConnectError: (error) => note(seen.errors)(error.message),
    onReconnectPaused: note(seen.paused),
    onClose: (code, reason) => note(seen.closes)({ code, reason }),
    onGap: note(seen.gaps),
  });
  client.start();

  const events = (name) => seen.events.filter(({ event }) => event === name).map(({ payload }) => payload);
  const event = (name, fits) => until(() => events(name).find(fits), `event ${name}`);
  return {
    ...seen,
    client,
    until,
    events,
    event,
    /** The hello of the n-th connection. */
    hello: (count) => until(() => seen.hellos[count - 1], `hello-ok ${count}`),
    /** One turn through chat.send: its final event and its deltas. */
    async chat(sessionKey, message) {
      const runId = crypto.randomUUID();
      const mine = (payload) => payload.runId === runId;
      const started = await client.request("chat.send", { sessionKey, message, idempotencyKey: runId });
      expect(started.runId === runId && started.status === "started", "started", started);
      const last = await event("chat", (payload) => mine(payload) && !["delta", "status"].includes(payload.state));
      expect(last.state === "final", "a final event", last);
      return {
        runId,
        final: last,
        deltas: events("chat").filter((payload) => mine(payload) && payload.state === "delta"),
      };
    },
  };
}

function textOf({ message }) {
  return (message?.content ?? []).map((part) => part.text ?? "").join("");
}

/** The text a reader has who knows nothing but the deltas. */
function rebuilt(deltas) {
  return deltas.reduce((text, { deltaText, replace }) => (replace ? deltaText : text + deltaText), "");
}

async function refusal(request) {
  try {
    await request;
  } catch (error) {
    return error;
  }
  throw new CheckFailure("expected a refusal, the request was answered");
}
