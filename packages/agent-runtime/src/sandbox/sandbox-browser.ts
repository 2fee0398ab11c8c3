import { pause, type Timers } from "../run/timers.ts";
import { browserCreateArguments, showsNoVnc } from "./docker-arguments.ts";
import { recreateSelector } from "./docker-backend.ts";
import { type ContainerOptions, ensureContainer } from "./docker-container.ts";
import type { SandboxPlace } from "./sandbox-backend.ts";
import { SandboxError } from "./sandbox-error.ts";
import { hashOf, sandboxName } from "./sandbox-scope.ts";

const pollEveryMs = 150;
const probeMs = 1000;

/** A browser that runs in a container beside a sandbox. */
export interface SandboxBrowser {
  containerName: string;
  /** On this machine's loopback: where the browser is controlled. */
  cdpPort: number;
  /** Where a person can watch it; absent when it is headless or the observer is off. */
  noVncUrl?: string;
}

export interface SandboxBrowserOptions extends ContainerOptions {
  fetch: typeof fetch;
  timers: Timers;
}

/**
 * Makes sure that the browser of a sandbox runs, and waits until it can be controlled.
 * @throws SandboxError
 */
export async function ensureSandboxBrowser(
  place: SandboxPlace,
  options: SandboxBrowserOptions,
): Promise<SandboxBrowser> {
  const { docker, registry } = options;
  const { settings, scopeKey } = place;
  const { browser } = settings;
  const name = sandboxName(browser.containerPrefix, scopeKey);
  const configHash = hashOf({ sandbox: place.configHash, browser });
  const request = {
    name,
    scopeKey,
    configHash,
    browser,
    docker: settings.docker,
    workspaceDir: place.workspaceDir,
    agentWorkspaceDir: place.agentWorkspaceDir,
    access: settings.workspaceAccess,
  };
  await ensureContainer(
    {
      name,
      scopeKey,
      configHash,
      image: browser.image,
      create: (createdAtMs) => browserCreateArguments({ ...request, createdAtMs }),
      selector: `${recreateSelector(place)} --browser`,
    },
    options,
  );
  const cdpPort = await publishedPort(name, browser.cdpPort);
  const noVncPort = showsNoVnc(browser) ? await publishedPort(name, browser.noVncPort) : undefined;
  const entry = await registry.get(name);
  if (entry !== undefined && (entry.cdpPort !== cdpPort || entry.noVncPort !== noVncPort)) {
    const { noVncPort: _before, ...rest } = entry;
    await registry.put({ ...rest, cdpPort, ...(noVncPort === undefined ? {} : { noVncPort }) });
  }
  await untilReachable(cdpPort, browser.autoStartTimeoutMs);
  return {
    containerName: name,
    cdpPort,
    ...(noVncPort === undefined
      ? {}
      : { noVncUrl: `http://127.0.0.1:${noVncPort}/vnc.html?autoconnect=1&resize=remote` }),
  };

  /** Docker chooses the port on this machine. */
  async function publishedPort(container: string, port: number): Promise<number> {
    const { stdout } = await docker.demand(["port", container, `${port}/tcp`], "find the port of the sandbox browser");
    const found = Number(/:(\d+)\s*$/m.exec(stdout)?.[1]);
    if (found > 0) return found;
    throw new SandboxError(
      "unavailable",
      `Failed to find the port of the sandbox browser ${container}: ${stdout.trim()}`,
    );
  }

  async function untilReachable(port: number, timeoutMs: number): Promise<void> {
    const deadline = options.clock.now() + timeoutMs;
    do {
      if (await answers(port)) return;
      await pause(options.timers, pollEveryMs, new AbortController().signal);
    } while (options.clock.now() < deadline);
    throw new SandboxError(
      "unavailable",
      `Sandbox browser CDP did not become reachable on 127.0.0.1:${port} within ${timeoutMs}ms.`,
    );
  }

  async function answers(port: number): Promise<boolean> {
    try {
      const response = await options.fetch(`http://127.0.0.1:${port}/json/version`, {
        redirect: "error",
        signal: AbortSignal.timeout(probeMs),
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      // Not yet; whether it will be is for the deadline to say.
      return false;
    }
  }
}
