import { openService, ServiceError, type ServiceKind } from "@openclaw/setup/services";
import type { CommandContext } from "../run/command-context.ts";
import { runtimeText } from "../services/runtime-text.ts";
import { serviceWorld } from "../services/service-world.ts";

/** Whether a background service is installed, and what it is doing. */
export interface ServiceFacts {
  label: string;
  installed: boolean;
  loadedText: string;
  runtimeShort: string | null;
}

/** Looks for the file of a service; its manager is only asked when there is one. */
export async function serviceFacts(kind: ServiceKind, context: CommandContext): Promise<ServiceFacts> {
  const service = openService(kind, serviceWorld(context));
  const { label } = service;
  if ((await service.read()) === undefined) {
    return { label, installed: false, loadedText: "not installed", runtimeShort: null };
  }
  try {
    const [loaded, runtime] = await Promise.all([service.isLoaded(), service.runtime()]);
    return {
      label,
      installed: true,
      loadedText: loaded ? service.loadedText : service.notLoadedText,
      runtimeShort: runtimeText(runtime),
    };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { label, installed: true, loadedText: "installed", runtimeShort: `unknown (${error.message})` };
  }
}
