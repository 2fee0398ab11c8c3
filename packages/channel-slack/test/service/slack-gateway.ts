import { afterEach } from "vitest";
import { startTestGateway, type TestGateway } from "../../../gateway/src/testing/test-gateway.ts";
import { appToken, type SlackService, startSlackService } from "./slack-service.ts";
import { owner, slackForTests } from "./tested-slack.ts";

export interface SlackAndGateway {
  slack: SlackService;
  gateway: TestGateway;
  /** The owner's private channel. */
  direct: string;
  /** Keys of the sessions there are. */
  sessions(): Promise<string[]>;
  /** The prompts of the model so far, as JSON. */
  prompts(): string[];
}

export interface Setup {
  /** Laid over a section that lets the owner in. */
  section?: Record<string, unknown>;
  config?: Record<string, unknown>;
  mode?: "socket" | "http";
  rateLimit?: { remaining: number; retryAfterSeconds: number };
  /** Before the Gateway starts. */
  prepare?(slack: SlackService): void;
}

/** Slack on this machine and a whole Gateway for each test of a file; both end with the test. */
export function gatewaysOfTests(): (setup?: Setup) => Promise<SlackAndGateway> {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  return async ({ section = {}, config = {}, mode = "socket", rateLimit, prepare } = {}) => {
    const slack = await startSlackService(rateLimit === undefined ? {} : { rateLimit });
    closing.push(() => slack.close());
    prepare?.(slack);
    const direct = await slack.directChannel(owner);
    const gateway = await startTestGateway({
      ...{ channels: [slackForTests()] },
      env: { SLACK_API_URL: slack.apiUrl },
      config: {
        ...config,
        channels: {
          slack: {
            mode,
            botToken: slack.botToken,
            ...(mode === "http" ? { signingSecret: slack.signingSecret } : { appToken }),
            dm: { policy: "allowlist", allowFrom: [owner] },
            ...section,
          },
        },
      },
    });
    closing.push(() => gateway.close());
    if (mode === "http") {
      const address = `${gateway.httpUrl}/slack/events`;
      // The account has started when it is it that refuses what is not signed.
      while ((await fetch(address, { method: "POST" })).status !== 401);
      slack.postTo(address);
    } else await slack.connected();
    return {
      slack,
      gateway,
      direct,
      async sessions() {
        const client = await gateway.connect();
        const listed = await client.request("sessions.list", {});
        return [...new Set(JSON.stringify(listed).match(/"key":"[^"]+"/g) ?? [])].map((key) => key.slice(7, -1));
      },
      prompts: () => gateway.model.requests.map(({ body }) => JSON.stringify(body.messages)),
    };
  };
}
