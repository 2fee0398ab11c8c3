import { describe, expect, it } from "vitest";
import { type GatewayFacts, gatewayNextSteps } from "./gateway-next-steps.ts";

const sound: GatewayFacts = {
  mode: "local",
  configExists: true,
  configValid: true,
  otherConfig: false,
  installed: true,
  managerProblem: undefined,
  runtime: { status: "running", pid: 7 },
  port: 18_789,
  listeners: [{ pid: 7, command: "node" }],
  probe: { reachable: true, error: null, version: "1.2.3" },
  secretConflict: false,
  version: "1.2.3",
};
const refused = (error: string) => ({ probe: { reachable: false, error, version: null } });
const silent = { ...refused("connect ECONNREFUSED 127.0.0.1:18789"), listeners: [] };
const mismatch = refused("gateway closed (1008): unauthorized: gateway token mismatch (set gateway.remote.token …)");

describe("what to do next", () => {
  it("is nothing where all is well", () => {
    expect(gatewayNextSteps(sound)).toEqual([]);
  });

  it.each<[name: string, differs: Partial<GatewayFacts>, first: RegExp]>([
    ["an invalid configuration", { configValid: false, ...silent }, /^openclaw doctor --fix/],
    ["nothing set up", { configExists: false, mode: undefined, installed: false, ...silent }, /^openclaw onboard/],
    ["no mode", { mode: undefined, installed: false, ...silent }, /^openclaw config set gateway\.mode local/],
    ["another configuration", { otherConfig: true }, /^openclaw gateway install --force/],
    ["no service", { installed: false, runtime: { status: "unknown" }, ...silent }, /^openclaw gateway install/],
    ["a stopped service", { runtime: { status: "stopped" }, ...silent }, /^openclaw gateway start$/],
    ["a service that is starting", silent, /^Try again in a few seconds/],
    ["no service manager", { managerProblem: "no bus", installed: false, ...silent }, /^openclaw gateway run/],
    [
      "a port somebody else has",
      {
        installed: false,
        runtime: { status: "unknown" },
        listeners: [{ pid: 9, command: "nginx" }],
        ...refused("Unexpected server response: 404"),
      },
      /^Port 18789 is held by pid 9 \(nginx\).*openclaw config set gateway\.port/,
    ],
    ["a secret that was changed", mismatch, /^openclaw gateway restart/],
    ["two secrets", { ...mismatch, secretConflict: true }, /^Unset OPENCLAW_GATEWAY_TOKEN/],
    ["a Gateway without a secret", refused("unauthorized: gateway token not configured on gateway"), /--generate-/],
    ["a device that waits", refused("pairing required"), /^openclaw devices list/],
    ["another protocol", refused("gateway closed (1002): protocol mismatch"), /^openclaw gateway restart/],
    ["another certificate", refused("gateway tls fingerprint mismatch"), /^Compare the fingerprint/],
    ["a remote Gateway", { mode: "remote", installed: false, ...silent }, /^openclaw gateway probe/],
    ["a remote Gateway's refusal", { mode: "remote", ...mismatch }, /^Set gateway\.remote\.token/],
    [
      "another release",
      { probe: { reachable: true, error: null, version: "1.0.0" } },
      /^openclaw gateway restart: it is of release 1\.0\.0, and this program of 1\.2\.3/,
    ],
  ])("with %s", (_name, differs, first) => {
    expect(gatewayNextSteps({ ...sound, ...differs })[0]).toMatch(first);
  });

  it("says where to look after a service has ended with an error", () => {
    const ended = { runtime: { status: "stopped", lastExitStatus: 1 }, ...silent } as const;
    expect(gatewayNextSteps({ ...sound, ...ended })).toEqual([
      "openclaw gateway start",
      "openclaw logs, for why it ended",
    ]);
  });
});
