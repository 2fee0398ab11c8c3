import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { gatewaysOfTests, type SlackAndGateway } from "./service/slack-gateway.ts";
import { mainChannel, owner } from "./service/tested-slack.ts";

// Events over HTTP, as Slack itself posts them to the Gateway.

const start = gatewaysOfTests();

/** Posts something signed; `age` seconds ago. */
function post({ gateway, slack }: SlackAndGateway, body: string, { age = 0, type = "application/json" } = {}) {
  const timestamp = String(Math.floor(Date.now() / 1000) - age);
  const signature = createHmac("sha256", slack.signingSecret).update(`v0:${timestamp}:${body}`).digest("hex");
  return fetch(`${gateway.httpUrl}/slack/events`, {
    method: "POST",
    headers: {
      "content-type": type,
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": `v0=${signature}`,
    },
    body,
  });
}
const event = (channel: string, text: string) =>
  JSON.stringify({
    type: "event_callback",
    team_id: "TCRABLINE",
    api_app_id: "ACRABLINE",
    event: { type: "message", channel, channel_type: "im", user: owner, text, ts: "1700000009.000100" },
  });

describe("over HTTP", () => {
  it("Slack's question whether the address is ours is answered", async () => {
    const setup = await start({ mode: "http" });
    const answer = await post(setup, JSON.stringify({ type: "url_verification", challenge: "c-1" }));
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining("c-1")]);
  });

  it("what is told again is answered once, and what is too old not at all", async () => {
    const setup = await start({ mode: "http" });
    const { slack, gateway, direct } = setup;
    const body = event(direct, "only once");
    expect((await post(setup, body, { age: 600 })).status).toBe(401);
    expect((await post(setup, body)).status).toBe(200);
    expect((await post(setup, body)).status).toBe(200);
    await slack.take("chat.postMessage");
    await slack.write({ channel: direct, user: owner, text: "bye" });
    expect((await slack.take("chat.postMessage")).body.text).toContain("bye");
    expect(gateway.model.requests).toHaveLength(2);
  });

  it("commands come the same way", async () => {
    const setup = await start({
      mode: "http",
      section: { groupPolicy: "open", slashCommand: { enabled: true } },
    });
    const command = new URLSearchParams({
      command: "/openclaw",
      text: "",
      user_id: owner,
      channel_id: mainChannel,
      team_id: "TCRABLINE",
      api_app_id: "ACRABLINE",
      response_url: `${setup.slack.origin}/respond`,
      trigger_id: "1.2",
    });
    const type = "application/x-www-form-urlencoded";
    const answer = await post(setup, command.toString(), { type });
    expect(await answer.text()).toContain("Message required.");
    command.set("text", "hello");
    expect((await post(setup, command.toString(), { type })).status).toBe(200);
    expect((await setup.slack.take("respond")).body.text).toContain("hello");
  });

  it("two accounts need two paths: the second on one path does not start, and says why", async () => {
    const { gateway, slack } = await start({
      mode: "http",
      section: { accounts: { default: {}, second: {}, third: { webhookPath: "hooks/third" } } },
    });
    const client = await gateway.connect();
    const accounts = async () => {
      const { payload } = await client.request("channels.status", {});
      return (payload.channelAccounts as { slack: { accountId: string; running: boolean; lastError?: string }[] })
        .slack;
    };
    await expect
      .poll(async () => (await accounts()).filter(({ lastError }) => lastError).map(({ lastError }) => lastError))
      .toEqual([expect.stringContaining("/slack/events")]);
    expect((await accounts()).filter(({ running }) => running).map(({ accountId }) => accountId)).toEqual([
      expect.stringMatching(/default|second/),
      "third",
    ]);
    expect(slack.untaken("chat.postMessage")).toEqual([]);
  });
});
