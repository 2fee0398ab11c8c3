import type { ServiceRuntime } from "@openclaw/setup/services";

/** What `gateway status` found, as far as it decides what to do. */
export interface GatewayFacts {
  mode: string | undefined;
  configExists: boolean;
  configValid: boolean;
  /** The service reads another file than this command line. */
  otherConfig: boolean;
  installed: boolean;
  /** Why the service manager does not answer. */
  managerProblem: string | undefined;
  runtime: ServiceRuntime;
  port: number;
  listeners: readonly { pid: number; command: string }[];
  /** Undefined where the Gateway was not asked. */
  probe: { reachable: boolean; error: string | null; version: string | null } | undefined;
  /** Environment and configuration hold different secrets. */
  secretConflict: boolean;
  /** Of this program. */
  version: string;
}

/** What to do next, the most likely first; nothing where all is well. Commands stand as they are typed. */
export function gatewayNextSteps(facts: GatewayFacts): string[] {
  const { probe } = facts;
  if (facts.configExists && !facts.configValid) return ["openclaw doctor --fix, which repairs the configuration"];
  if (facts.otherConfig) return ["openclaw gateway install --force, from the profile the service is for"];
  if (probe?.reachable) return otherVersion(facts);
  if (facts.mode === "remote") return remoteSteps(probe?.error ?? "");
  if (probe?.error && facts.listeners.length > 0 && isRefusal(probe.error)) return refusedSteps(facts, probe.error);
  if (facts.mode === undefined) return unconfiguredSteps(facts);
  return startSteps(facts);
}

function otherVersion({ probe, version, installed }: GatewayFacts): string[] {
  if (!probe?.version || probe.version === version) return [];
  const again = installed ? "openclaw gateway restart" : "Start the Gateway again";
  return [`${again}: it is of release ${probe.version}, and this program of ${version}`];
}

function remoteSteps(error: string): string[] {
  if (isRefusal(error)) {
    return [
      "Set gateway.remote.token (or .password) to the secret of that Gateway",
      "openclaw devices list, on the machine of the Gateway: this one may wait for its approval",
    ];
  }
  return [
    "openclaw gateway probe, which tries every way there is",
    "Look at gateway.remote.url, and whether the tunnel to it is open",
  ];
}

/** It answered, and did not let us in. */
const isRefusal = (error: string) => /unauthorized|mismatch|pairing required|device |protocol/i.test(error);

function refusedSteps({ secretConflict, installed }: GatewayFacts, error: string): string[] {
  if (/pairing required/i.test(error)) {
    return ["openclaw devices list, then openclaw devices approve <request>, where access is given already"];
  }
  if (/protocol mismatch/i.test(error)) {
    return [
      installed
        ? "openclaw gateway restart: the running Gateway is of another release"
        : "Start the Gateway again: the running one is of another release",
    ];
  }
  if (secretConflict) {
    return ["Unset OPENCLAW_GATEWAY_TOKEN and OPENCLAW_GATEWAY_PASSWORD here, or give them the Gateway's secret"];
  }
  if (/fingerprint/i.test(error)) return ["Compare the fingerprint with the one the Gateway writes in its log"];
  if (/not configured|missing_config/i.test(error)) return ["openclaw doctor --generate-gateway-token"];
  return [
    installed
      ? "openclaw gateway restart, when the secret was changed after the Gateway had started"
      : "Start the Gateway again, when the secret was changed after it had started",
    "openclaw config get gateway.auth.token shows the secret the Gateway expects",
  ];
}

function unconfiguredSteps({ configExists }: GatewayFacts): string[] {
  return configExists
    ? ["openclaw config set gateway.mode local, then openclaw gateway install"]
    : ["openclaw onboard --install-daemon, which sets everything up"];
}

function startSteps(facts: GatewayFacts): string[] {
  const { installed, runtime, listeners, port, probe, managerProblem } = facts;
  const foreign = listeners.filter(({ pid }) => pid !== runtime.pid);
  if (probe && foreign.length > 0 && !(installed && runtime.status === "running")) {
    const who = foreign.map(({ pid, command }) => `pid ${pid} (${command})`).join(", ");
    return [
      `Port ${port} is held by ${who} and is no Gateway of yours: end it, or openclaw config set gateway.port <port>`,
    ];
  }
  if (managerProblem !== undefined) return ["openclaw gateway run, in the foreground or under another supervisor"];
  if (!installed) {
    return probe
      ? ["openclaw gateway install, to run it in the background", "openclaw gateway run, to run it here"]
      : ["openclaw gateway install, to run it in the background"];
  }
  if (runtime.status !== "running") {
    const failed = runtime.lastExitStatus !== undefined && runtime.lastExitStatus !== 0;
    return ["openclaw gateway start", ...(failed ? ["openclaw logs, for why it ended"] : [])];
  }
  if (!probe) return [];
  return [
    "Try again in a few seconds: it may still be starting",
    "openclaw logs --follow, for what keeps it",
    "openclaw gateway restart",
  ];
}
