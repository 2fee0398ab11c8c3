import type { Logger } from "@openclaw/log";
import type { Clock } from "@openclaw/storage";
import type { DockerClient } from "./docker-client.ts";
import { defaultSandboxImage } from "./sandbox-config.ts";
import { SandboxError } from "./sandbox-error.ts";
import type { SandboxRegistry } from "./sandbox-registry.ts";

const baseImage = "debian:bookworm-slim";
/** A container used within this time, in milliseconds, is not thrown away because of changed settings. */
const recentlyUsedMs = 5 * 60_000;
const pullMs = 10 * 60_000;

export interface ContainerSpec {
  name: string;
  scopeKey: string;
  image: string;
  configHash: string;
  /** Arguments of docker that make it; told the time of its creation. */
  create: (createdAtMs: number) => string[];
  /** Sets up a new container once it has been started; what it throws undoes the container. */
  setUp?: () => Promise<void>;
  /** Options of `sandbox recreate` that name this container. */
  selector: string;
}

export interface ContainerOptions {
  docker: DockerClient;
  registry: SandboxRegistry;
  clock: Clock;
  log: Logger;
}

/**
 * Makes sure that a container runs: the one that is there, or a new one when there is none or its settings have changed.
 * @throws SandboxError
 */
export async function ensureContainer(spec: ContainerSpec, options: ContainerOptions): Promise<void> {
  if (!(await isUsable(spec, options))) await create(spec, options);
  await options.registry.touch(spec.name, options.clock.now());
}

/** Starts the container that is there, if it may be used as it is. */
async function isUsable(spec: ContainerSpec, { docker, registry, clock, log }: ContainerOptions): Promise<boolean> {
  const { name } = spec;
  const state = await docker.state(name);
  if (state === undefined) return false;
  const known = await registry.get(name);
  if (known === undefined && spec.setUp !== undefined) {
    // It is listed only once it is set up: this one was cut off, and nobody knows how far it got.
    await docker.demand(["rm", "-f", name], "replace the sandbox container");
    return false;
  }
  const hash = known?.configHash || (await docker.label(name, "openclaw.configHash"));
  if (hash !== spec.configHash) {
    const recent = state === "running" && clock.now() - (known?.lastUsedAtMs ?? 0) < recentlyUsedMs;
    if (!recent) {
      await docker.demand(["rm", "-f", name], "replace the sandbox container");
      await registry.remove(name);
      return false;
    }
    log.info(
      `Sandbox config changed for ${name} (recently used). Recreate to apply: openclaw sandbox recreate ${spec.selector}`,
    );
  }
  if (state === "stopped") await docker.demand(["start", name], "start the sandbox container");
  if (known === undefined) await register(spec, hash, { registry, clock });
  return true;
}

async function create(spec: ContainerSpec, options: ContainerOptions): Promise<void> {
  const { docker, clock } = options;
  await ensureImage(spec.image, options);
  await docker.demand(spec.create(clock.now()), "create the sandbox container");
  try {
    await docker.demand(["start", spec.name], "start the sandbox container");
    await spec.setUp?.();
  } catch (error) {
    // A container that is half set up must not be taken for a good one the next time.
    await docker.run(["rm", "-f", spec.name]);
    throw error;
  }
  await register(spec, spec.configHash, options);
}

async function ensureImage(image: string, { docker, log }: ContainerOptions): Promise<void> {
  const end = await docker.run(["image", "inspect", image]);
  if (end.code === 0) return;
  if (!/no such image/i.test(end.stderr)) {
    throw new SandboxError("unavailable", `Failed to inspect sandbox image: ${end.stderr.trim()}`);
  }
  if (image !== defaultSandboxImage) {
    throw new SandboxError("image-missing", `Sandbox image not found: ${image}. Build or pull it first.`);
  }
  log.info(`the sandbox image ${image} is missing; ${baseImage} takes its place (scripts/sandbox-setup.sh builds it)`);
  await docker.demand(["pull", baseImage], `pull ${baseImage}`, pullMs);
  await docker.demand(["tag", baseImage, image], `tag ${baseImage}`);
}

async function register(
  spec: ContainerSpec,
  configHash: string,
  { registry, clock }: Pick<ContainerOptions, "registry" | "clock">,
): Promise<void> {
  const now = clock.now();
  await registry.put({
    containerName: spec.name,
    sessionKey: spec.scopeKey,
    createdAtMs: now,
    lastUsedAtMs: now,
    image: spec.image,
    configHash,
  });
}
