import type { OpenClawConfig } from "@openclaw/config";
import type { GatewayAnswer, SetupWorld } from "./setup-world.ts";

const limitMs = 15_000;
const pollMs = 400;
const probeMs = 1500;
const healthMs = 10_000;

/** Waits until the Gateway can be reached, then asks for its health. One that nobody starts is not waited for. */
export async function awaitGateway(
  config: OpenClawConfig,
  { host, now, wait }: SetupWorld,
  { starts = true }: { starts?: boolean } = {},
): Promise<GatewayAnswer> {
  const until = now() + (starts ? limitMs : 0);
  let answer: GatewayAnswer;
  for (;;) {
    answer = await host.probe(config, { timeoutMs: probeMs, health: false });
    if (answer.ok || now() >= until) break;
    await wait(pollMs);
  }
  return answer.ok ? host.probe(config, { timeoutMs: healthMs, health: true }) : answer;
}
